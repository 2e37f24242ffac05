"""Leases: files that say which process works in a shared folder, and that it still lives.

A lease is a small JSON file that names its owner. The owner writes to it every `BEAT` seconds. Other machines
may see the folder too, so nothing here depends on `flock`, which some network file systems lack and others
keep to one machine, nor on two clocks that agree:

- The owner's process id is looked up only where it was given: the same boot and namespace (`ipc.host`).
- Elsewhere the owner is dead if its file is older than `TERM` and did not change during `WATCH` seconds of
  watching, or if it did not change during `TERM` seconds of watching. The age is by the clock of the file
  system, which dates both the beat and a file made for the comparison; the watching is by a clock of this
  process that nobody sets. So no server that was away, and no clock that is an hour off, kills any.

An owner that was suspended for longer finds its lease gone, and takes a new one; what it was working on may
have been removed meanwhile, and is made again. Why: docs/decisions/2026-11-30-one-store-for-many.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ipc import atomic, host, plain_file
from ipc.parsing import json_of

BEAT = 20.0
TERM = 600.0
"""Seconds: long enough for a server that restarts, short enough that what a dead machine left is removed."""
WATCH = 3 * BEAT
_UNKNOWN_PID = 0
_LARGEST = 1 << 20
"""Bytes of such a file, at most."""

State = Literal["alive", "silent", "dead"]
"""`silent`: its time is over, but it was not watched for long enough yet."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who holds a lease: `host` is the tag of its system, `machine` the name of that for people."""

    host: str = ""
    pid: int = _UNKNOWN_PID
    machine: str = ""

    @property
    def here(self) -> bool:
        """Return whether process ids of this system name it."""
        return self.host == host.tag() and self.pid != _UNKNOWN_PID


class Lease:
    """A lease that this process holds until `release`; `lost` is called if it was taken away meanwhile.

    It replaces a file at `path` unless it is `exclusive`: then `FileExistsError` is raised, as by a lock.
    """

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, Any],
        *,
        lost: Callable[[], None] | None = None,
        exclusive: bool = False,
    ) -> None:
        self.path = path
        owner = {"host": host.tag(), "pid": os.getpid(), "machine": os.uname().nodename}
        self._content = json.dumps({**owner, **facts}).encode()
        self._lost = lost
        self._over = False
        self._turn = threading.Lock()
        if exclusive:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self._content)
        else:
            atomic.write(path, self._content)
        _heart.add(self)

    def release(self, left: bytes | None = None) -> None:
        """Give it up: remove the file, or leave this content in it. Missing is fine."""
        _heart.remove(self)
        with self._turn, contextlib.suppress(OSError):
            self._over = True  # a beat that has begun must not make the file again
            if left is None:
                self.path.unlink(missing_ok=True)
            else:
                atomic.write(self.path, left)

    def beat(self) -> None:
        """Show that the owner lives. An unreachable server is tried again with the next beat."""
        with self._turn, contextlib.suppress(OSError):
            if self._over or self._written():
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(self.path, self._content)
            if self._lost:
                self._lost()

    def _written(self) -> bool:
        """Write the first byte again, so that the file system dates it; return whether the file was there.

        `utime` would do on a disk, but a client of SMB sends the time of its own clock with it.
        """
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            os.pwrite(descriptor, self._content[:1], 0)
        finally:
            os.close(descriptor)
        return True


class Judge:
    """Says which leases of a folder are dead. It gets surer the longer it is asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Path, tuple[int, float]] = {}

    def state(self, path: Path, now: float) -> State:
        """The state of the lease at `path`; `now` is the time of its file system (`now_of`)."""
        found = read(path)
        if found is None:
            return "dead"
        owner, beat = found
        if owner.here and host.is_gone(owner.pid):
            return "dead"
        seen, since = self._seen.get(path, (0, 0.0))
        if seen != beat:
            self._seen[path] = beat, self._clock()
            return "silent" if now - beat / 1e9 > TERM else "alive"
        watched = self._clock() - since
        old = now - beat / 1e9 > TERM
        if watched > TERM or (old and watched > WATCH):
            return "dead"
        return "silent" if old else "alive"

    def forget(self, path: Path) -> None:
        """A lease that was removed."""
        self._seen.pop(path, None)


def read(path: Path) -> tuple[Owner, int] | None:
    """The owner of a lease, and when it beat last, in ns; None if there is none.

    A file that cannot be read has an unknown owner. It is opened, because a client of NFS asks the server for
    the state of a file when it opens it, and else may show one that is a minute old.
    """
    try:
        content = plain_file.read(path, _LARGEST)
        beat = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    except (OSError, plain_file.UnusableFileError):
        with contextlib.suppress(OSError):
            return Owner(), path.stat().st_mtime_ns
        return None
    with contextlib.suppress(ValueError, TypeError, KeyError):
        found = json_of(content)
        return Owner(host=str(found["host"]), pid=int(found["pid"]), machine=str(found["machine"])), beat
    return Owner(), beat


def look(path: Path) -> State:
    """The state of a lease by a single look, which never shows that an owner of another machine is dead."""
    found = read(path)
    if found is None:
        return "dead"
    if found[0].here:
        return "dead" if host.is_gone(found[0].pid) else "alive"
    try:
        now = now_of(path.parent)
    except OSError:  # the folder may be for reading only
        now = time.time()
    return Judge().state(path, now)


def now_of(folder: Path) -> float:
    """The time of the file system that `folder` is on; `OSError` if no file can be made in it.

    The new file also makes a client of NFS look at the folder again.
    """
    path = folder / f".clock-{secrets.token_hex(6)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
    try:
        os.write(descriptor, b".")
    finally:
        os.close(descriptor)
    try:
        return path.stat().st_mtime
    finally:
        path.unlink(missing_ok=True)


class _Heart:
    """Beats for all leases of this process, in a thread that ends with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leases: list[Lease] = []
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        with self._lock:
            self._leases.append(lease)
            if self._thread is None or not self._thread.is_alive():  # a fork has no threads
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()

    def remove(self, lease: Lease) -> None:
        with self._lock:
            if lease in self._leases:
                self._leases.remove(lease)

    def _run(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._lock:
                leases = list(self._leases)
            for lease in leases:
                lease.beat()


_heart = _Heart()
