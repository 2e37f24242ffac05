"""Installs environments and prints the progress to standard error."""

from __future__ import annotations

import sys
import threading
import time
from typing import Self

from orchestrator.environments import sync
from orchestrator.errors import ENVIRONMENT, OK
from orchestrator.util import terminal
from orchestrator.util import text as fmt


def sync_shown(names: list[str], *, offline: bool, torch_backend: str | None) -> int:
    """Install or repair the environments, print the progress, and return the exit status."""
    backend = "" if torch_backend == "default" else torch_backend
    started = time.monotonic()
    view = _Live(names) if sys.stderr.isatty() else _Lines()
    with view:
        reasons = sync.sync(names, say=view.say, offline=offline, torch_backend=backend)
    for name, reason in reasons.items():
        terminal.tell(f"{name}: {reason}")
    done = fmt.plural(len(names) - len(reasons), "environment")
    terminal.tell(f"{done} ready in {fmt.duration(time.monotonic() - started)}")
    return ENVIRONMENT if reasons else OK


class _Lines:
    """Prints one line for each step, for logs and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def say(self, env: str, what: str) -> None:
        terminal.tell(f"{env}: {what}")
        sys.stderr.flush()


class _Live:
    """Shows one line for each environment, and updates it in place."""

    def __init__(self, names: list[str]) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.fields[env]}"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._progress = Progress(*columns, console=terminal.console(sys.stderr))
        self._tasks = {
            name: self._progress.add_task(
                "waiting", total=1, start=False, env=name.ljust(max(map(len, names)))
            )
            for name in names
        }
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, env: str, what: str) -> None:
        task = self._tasks[env]
        with self._lock:
            if self._progress.tasks[task].start_time is None:
                self._progress.start_task(task)
            ended = what in {"ready", "healthy"}
            self._progress.update(task, description=what, completed=1 if ended else 0)
            if what.startswith("failed"):
                self._progress.stop_task(task)
