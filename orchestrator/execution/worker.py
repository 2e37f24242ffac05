"""One worker process: starts it, reads its events, and ends it.

The process leads its own session. A thread reads its events from a pipe and posts them to the scheduler's
queue; stdout and stderr go into a log file and are never parsed. `waitpid` tells how it ended. Once the
leader has exited, its process group is killed, so that nothing it started outlives it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ipc.declaration import Backend
from ipc.errors import StageError
from ipc.protocol import EVENTS_FD, Cancel, Command, Error, Event, Shutdown, decode_event, encode
from orchestrator.environments import process_env, registry
from orchestrator.machine import limits

GRACE_CANCEL = 1.5
GRACE_TERM = 1.5
"""Seconds that a process gets after being asked, and after SIGTERM, before it is killed: less than five
together."""
DRAIN = 1.0
"""Seconds during which the events of an ended process are still read."""
_LOOK_MS = 500

_spawning = threading.Lock()


@dataclass(frozen=True)
class ProcessEnded:
    """The process ended and all its events were read. `status` is negative for a signal, as in subprocess."""

    status: int


Post = tuple["WorkerProcess", Event | ProcessEnded]
Posts = queue.SimpleQueue[Post | None]
"""The scheduler's queue; None only wakes its loop."""


class WorkerProcess:
    """One child process. Its events go to `posts` as `(worker, event)`, `ProcessEnded` last."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path, posts: Posts) -> None:
        self.log = log
        self._posts = posts
        self._killer: threading.Thread | None = None
        self._lock = threading.Lock()
        self._dealt_with = 0
        self._reaped = threading.Event()
        self._exited = threading.Event()
        # One at a time: a child forked while this one's pipe is inheritable would hold that pipe open.
        with _spawning, log.open("ab") as stream:
            reading, writing = os.pipe()
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=stream,
                    stderr=stream,
                    pass_fds=[writing],
                    env={**environment, EVENTS_FD: str(writing)},
                    cwd=log.parent,  # the user's may be gone, or not be writable
                    start_new_session=True,
                )
            except BaseException:
                os.close(reading)
                raise
            finally:
                os.close(writing)
        self.pid = self._process.pid
        threading.Thread(target=self._read, args=(reading,), daemon=True, name=f"events {self.pid}").start()

    def send(self, command: Command) -> None:
        """Send a command; if the child has exited, do nothing: its `ProcessEnded` reports that."""
        stdin = self._process.stdin
        with contextlib.suppress(BrokenPipeError, ValueError):
            if stdin is not None:
                stdin.write(encode(command))
                stdin.flush()

    def write_to(self, log: Path) -> None:
        """Expect the child's output in `log` from now on; a `Become` tells the child."""
        with contextlib.suppress(OSError):
            log.touch()  # the child's own error, if any, comes as an event
        self.log, self._dealt_with = log, 0

    def dump_stacks(self) -> None:
        """Make the child write the stacks of all its threads to its log."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)

    def stop(self, *, at_once: bool = False) -> None:
        """End the process: ask, terminate, kill; or kill at once. Does not wait. May be called again."""
        if at_once:
            self._signal(signal.SIGKILL)
            return
        with self._lock:
            if self._killer is None:
                self._killer = threading.Thread(target=self._ladder, daemon=True, name=f"stop {self.pid}")
                self._killer.start()

    def wait(self, seconds: float) -> bool:
        """Return whether the process ended within `seconds`."""
        return self._exited.wait(seconds)

    def tail(self, lines: int = 12) -> str:
        """The end of the process's output since the last failure that it reported, for the user."""
        try:
            with self.log.open("rb") as stream:
                stream.seek(max(self._dealt_with, self.log.stat().st_size - 16_000))
                text = stream.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def _ladder(self) -> None:
        self.send(Cancel())
        self.send(Shutdown())
        if self._exited.wait(GRACE_CANCEL):
            return
        self._signal(signal.SIGTERM)
        if not self._exited.wait(GRACE_TERM):
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        # Until the leader is reaped, no other group can have this number.
        with self._lock, contextlib.suppress(ProcessLookupError, PermissionError):
            if not self._reaped.is_set():
                os.killpg(self.pid, number)

    def _read(self, reading: int) -> None:
        ended = threading.Thread(target=self._await_end, daemon=True, name=f"wait {self.pid}")
        ended.start()
        try:
            for line in self._lines(reading):
                self._posts.put((self, self._decoded(line)))
        finally:
            os.close(reading)
            ended.join()
            self._exited.set()
            self._posts.put((self, ProcessEnded(self._process.returncode)))

    def _lines(self, reading: int) -> Iterator[bytes]:
        """Complete lines until the end.

        A process that left the group may hold the pipe open: that is not waited for.
        """
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        held, deadline = b"", float("inf")
        while time.monotonic() < deadline:
            if self._reaped.is_set() and deadline == float("inf"):
                deadline = time.monotonic() + DRAIN
            if not poll.poll(_LOOK_MS):
                continue
            piece = os.read(reading, 1 << 16)
            if not piece:
                return
            *lines, held = (held + piece).split(b"\n")
            yield from lines

    def _decoded(self, line: bytes) -> Event:
        try:
            event = decode_event(line)
        except StageError as error:
            return Error(category="contract", type="ContractError", message=error.message)
        if isinstance(event, Error) and event.traceback:
            with contextlib.suppress(OSError), self.log.open("a", encoding="utf-8") as stream:
                stream.write(event.traceback)
                stream.flush()
                self._dealt_with = stream.tell()
        return event

    def _await_end(self) -> None:
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:  # macOS before Python 3.13
            self._process.wait()
        # Kill the rest of the group, which also closes every copy of the events' descriptor.
        self._signal(signal.SIGKILL)
        with self._lock:
            self._reaped.set()
        self._process.wait()
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()


def spawn(
    backend: Backend,
    threads: int,
    log: Path,
    posts: Posts,
    extra: Mapping[str, str] | None = None,
) -> WorkerProcess:
    """Start the child for `backend` in its environment; raises `FatalError` if that is not healthy."""
    own = process_env.for_worker(backend.env, backend.device, threads, os.environ)
    environment = registry.child_environment(backend.env, {**own, **(extra or {})})
    python = registry.require(backend.env)
    return WorkerProcess([str(python), "-P", "-m", "ipc.child", backend.runner], environment, log, posts)


def oom_kills() -> int:
    """A counter that grows when the kernel kills a process for lack of memory; 0 if the system has none.

    It sums the control groups and the whole machine, because a worker may be in a group that this process's
    group excludes.
    """
    folders = limits.memory_groups()
    counters = [folder / name for folder in folders for name in ("memory.events", "memory.oom_control")]
    total = 0
    for path in (*counters, Path("/proc/vmstat")):
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in path.read_text().splitlines():
                if line.startswith("oom_kill "):
                    total += int(line.split()[1])
    return total
