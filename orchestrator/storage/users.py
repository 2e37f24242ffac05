"""The processes that use a store, on this machine and others: that they live, and which results they need.

    store/users/<name>.json      the lease of a process (`orchestrator.util.leases`)
    store/users/<name>.pins      the results that it needs: `+film key` takes one, `-film` gives those back

A process pins a result before it looks it up, and `gc` looks at the pins after it has moved a result away: so
either the process sees no result, and makes it again, or `gc` sees the pin, and puts the result back.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ipc import host, plain_file
from orchestrator.util import leases, own_files
from orchestrator.util.leases import Judge, Lease

NAME = re.compile(r"(?P<host>[0-9a-f]{8})-(?P<pid>\d{1,10})-[0-9a-f]{6}")
_LARGEST = 64 << 20
_REWRITTEN = 4096
"""Lines of the pins that are out of date, from which the file is written anew."""


class Users:
    """The users of the store at `root`; this process is one of them between `enter` and `leave`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / "users"
        self.judge = Judge()
        self._lock = threading.RLock()
        self._entered = 0
        self._lease: Lease | None = None
        self._name = ""
        self._pins: dict[str, set[str]] = {}
        self._stale = 0

    @property
    def name(self) -> str:
        """The name of this process, while it is a user."""
        return self._name

    def enter(self) -> None:
        """Use the store; `leave` as often. Raises `OSError` if the lease cannot be written."""
        with self._lock:
            if not self._entered:
                own_files.make_folder(self.folder, below=self._root)
                self._name = f"{host.tag()}-{os.getpid()}-{secrets.token_hex(3)}"
                self._lease = Lease(self._lease_of(self._name), {"since": time.time()}, lost=self._write_pins)
                if self._pins:
                    self._write_pins()
            self._entered += 1

    def leave(self) -> None:
        """Stop using the store: nothing is pinned any more."""
        with self._lock:
            self._entered -= 1
            if self._entered or self._lease is None:
                return
            self._lease.release()
            with contextlib.suppress(OSError):
                self._pins_of(self._name).unlink(missing_ok=True)
            self._lease, self._pins, self._stale = None, {}, 0

    def pin(self, holder: str, keys: Iterable[str]) -> None:
        """Keep the results with these keys until `unpin`, whether they exist yet or not.

        If that cannot be written, they may be removed, and are made again.
        """
        with self._lock:
            mine = self._pins.setdefault(holder, set())
            new = [key for key in keys if key not in mine]
            mine.update(new)
            self._append([f"+{holder} {key}" for key in new])

    def unpin(self, holder: str) -> None:
        """Let the results go that `holder` pinned."""
        with self._lock:
            gone = self._pins.pop(holder, set())
            if not gone:
                return
            self._stale += len(gone) + 1
            if self._stale > _REWRITTEN:
                self._write_pins()
            else:
                self._append([f"-{holder}"])

    def others(self) -> Iterator[str]:
        """The names of all users that left a trace, but this process; living or dead."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if path.suffix == ".json" and path.stem != self._name:
                    yield path.stem

    def state(self, name: str, now: float, trace: Path | None = None) -> leases.State:
        """Whether a user lives; one without a lease, by the age of `trace`, which it left."""
        state = self.judge.state(self._lease_of(name), now)
        if state != "dead" or os.path.lexists(self._lease_of(name)):
            return state
        found = NAME.fullmatch(name)
        if (
            found is None
            or trace is None
            or (found["host"] == host.tag() and host.is_gone(int(found["pid"])))
        ):
            return "dead"
        try:
            return "dead" if now - trace.stat().st_mtime > leases.TERM else "alive"
        except OSError:
            return "alive"

    def machine(self, name: str) -> str:
        """The machine of a user, for people; empty if it is not known."""
        found = leases.read(self._lease_of(name))
        return found[0].machine if found else ""

    def pinned(self) -> set[str]:
        """The keys of all results that a user pins; a dead one counts until it is forgotten."""
        keys = {key for mine in self._pins.values() for key in mine}
        for name in self.others():
            keys |= self._read_pins(name)
        return keys

    def forget(self, name: str) -> None:
        """Remove what a dead user left here."""
        for path in (self._lease_of(name), self._pins_of(name)):
            own_files.clear(path)
        self.judge.forget(self._lease_of(name))

    def _append(self, lines: list[str]) -> None:
        if not lines or self._lease is None:
            return
        # Closed each time: a client of NFS sends what was written when a file is closed.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            descriptor = os.open(self._pins_of(self._name), flags, 0o666)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write("".join(f"{line}\n" for line in lines).encode())

    def _write_pins(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            lines = [f"+{holder} {key}\n" for holder, keys in self._pins.items() for key in sorted(keys)]
            own_files.write(self._pins_of(self._name), "".join(lines), below=self._root)
            self._stale = 0

    def _read_pins(self, name: str) -> set[str]:
        held: dict[str, set[str]] = {}
        with contextlib.suppress(OSError, plain_file.UnusableFileError):
            text = plain_file.read(self._pins_of(name), _LARGEST).decode(errors="replace")
            for line in text.splitlines():
                holder, _, key = line[1:].partition(" ")
                if line.startswith("+"):
                    held.setdefault(holder, set()).add(key)
                elif line.startswith("-"):
                    held.pop(holder, None)
        return {key for keys in held.values() for key in keys}

    def _lease_of(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _pins_of(self, name: str) -> Path:
        return self.folder / f"{name}.pins"
