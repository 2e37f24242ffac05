"""The runner: one standing `orchestrator run --films-from -`, which keeps its workers from film to film.

It is started when there is a film, and ended when there was none for a while, which frees its memory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ipc import json_text
from ipc.parsing import json_of
from orchestrator.errors import STORAGE, FatalError
from orchestrator.paths import home
from orchestrator.util import locks, own_files
from orchestrator.util.storage_errors import storage_errors

_LONGEST_LINE = 16 << 20
"""Bytes of an event; one with the plan of a film has some ten thousand."""
_LOG = 8 << 20
"""Bytes of the log, after which it is begun again at the next start."""
_LAST = 4096


@dataclass(frozen=True, kw_only=True)
class Event:
    """A line of the runner: an event of docs/events.md."""

    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Gone:
    """The runner ended, with an exit status (negative: the signal that killed it)."""

    status: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """How the runner is started: its program's words, and how nice its processes are (0 to 19)."""

    words: Sequence[str]
    niceness: int = 0


def command(python: str, options: Sequence[str] = (), niceness: int = 0) -> Command:
    """The command of the real runner, by the Python that has the orchestrator's packages."""
    words = (python, "-P", "-m", "orchestrator.serve.child")
    return Command(
        words=(*words, "{lifeline}", "{lock}", "run", "--json", "--films-from", "-", *options),
        niceness=niceness,
    )


class Runner:
    """A started runner. `report` gets an `Event` for each line and one `Gone`, in another thread."""

    def __init__(self, command: Command, report: Callable[[Event | Gone], None], folder: Path) -> None:
        """Start it; waits for the runner of a service that was killed. Raises `OSError`."""
        self.log = folder / "runner.log"
        self.started = time.time()
        self._said = 0
        self.ending = False
        """Whether it was told to end."""
        self._report = report
        with contextlib.ExitStack() as opened:
            lock = opened.enter_context(locks.hold(folder / "runner.lock", wait=False))
            reading, self._lifeline = os.pipe()
            opened.callback(os.close, reading)
            log = opened.enter_context(_log(self.log))
            self._said = log.tell()
            os.set_inheritable(self._lifeline, False)
            numbers = {"{lifeline}": str(reading), "{lock}": str(lock.fileno())}
            try:
                self._process = subprocess.Popen(
                    [numbers.get(word, word) for word in command.words],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=home(),
                    pass_fds=(reading, lock.fileno()),
                    env={**os.environ, "ORCHESTRATOR_SERVE_NICE": str(command.niceness), "PYTHONUTF8": "1"},
                )  # fmt: skip
            except BaseException:
                os.close(self._lifeline)
                raise
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._stdin = self._process.stdin
        threading.Thread(target=self._read, name="runner", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def add(self, job: str, film: Path, options: Mapping[str, Any]) -> bool:
        """Give it a film; False if it has just ended."""
        return self._send({"film": str(film), "id": job, "options": dict(options)})

    def cancel(self, job: str) -> bool:
        """Tell it to drop a film; False if it has just ended."""
        return self._send({"cancel": job})

    def finish(self) -> None:
        """Let it end when all of its films have."""
        self.ending = True
        with contextlib.suppress(OSError):
            self._stdin.close()

    def stop(self, patience_s: float = 25.0) -> None:
        """End it: TERM first, then KILL; returns when it has ended."""
        self.ending = True
        with contextlib.suppress(OSError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """The last line that it wrote to its log; empty if there is none."""
        try:
            with self.log.open("rb") as stream:
                stream.seek(max(stream.seek(0, os.SEEK_END) - _LAST, self._said))
                lines = stream.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].strip() if lines else ""

    def _send(self, line: Mapping[str, Any]) -> bool:
        try:
            self._stdin.write((json_text.dumps(line) + "\n").encode())
            self._stdin.flush()
        except (OSError, ValueError):  # a closed pipe
            return False
        return True

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(OSError, ValueError):
            while line := stream.readline(_LONGEST_LINE):
                with contextlib.suppress(ValueError):  # half a line of one that was killed
                    body = json_of(line)
                    if isinstance(body, dict):
                        self._report(Event(body=body))
        status = self._process.wait()
        stream.close()
        with contextlib.suppress(OSError):
            self._stdin.close()
        os.close(self._lifeline)
        self._report(Gone(status=status))


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def folder() -> Path:
    """The service's folder in the tool's home, private to the user. `FatalError` (storage)."""
    place = home() / "serve"
    with storage_errors(f"cannot write {place}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        own_files.make_folder(place, below=home(), mode=0o700)
        if place.stat().st_mode & 0o077:
            place.chmod(0o700)
    return place


def python() -> str:
    """The Python that this process runs with, which has the orchestrator's packages."""
    if not sys.executable:
        raise FatalError(
            "this program cannot tell which Python it runs with", "start it by its full path", STORAGE
        )
    return sys.executable
