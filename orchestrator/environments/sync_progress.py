"""Installs environments and prints the progress to standard error."""

from __future__ import annotations

import sys
import threading
import time
from typing import Self

from orchestrator.environments import sync
from orchestrator.errors import ENVIRONMENT, OK
from orchestrator.util import text as fmt


def sync_shown(names: list[str], *, offline: bool, torch_backend: str | None) -> int:
    """Install or repair the environments, print the progress, and return the exit status."""
    backend = "" if torch_backend == "default" else torch_backend
    started = time.monotonic()
    view = _Live(names) if sys.stderr.isatty() else _Lines()
    with view:
        reasons = sync.sync(names, say=view.say, offline=offline, torch_backend=backend)
    for name, reason in reasons.items():
        print(f"{name}: {reason}", file=sys.stderr)
    done = fmt.plural(len(names) - len(reasons), "environment")
    print(f"{done} ready in {fmt.duration(time.monotonic() - started)}", file=sys.stderr)
    return ENVIRONMENT if reasons else OK


class _Lines:
    """Prints one line for each step, for logs and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def say(self, env: str, what: str) -> None:
        sys.stderr.write(f"{env}: {what}\n")  # one call for each line, because several threads write
        sys.stderr.flush()


class _Live:
    """Shows one line for each environment, and updates it in place."""

    def __init__(self, names: list[str]) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.fields[env]}"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._progress = Progress(*columns, console=Console(stderr=True))
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
