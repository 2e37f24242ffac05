"""Shows how much of a model has arrived: a bar on a terminal, lines elsewhere, nothing if quiet."""

from __future__ import annotations

import sys
import time
from typing import Protocol, Self

from orchestrator.util import notices, terminal
from orchestrator.util import text as fmt

_STEP = 0.1
"""Part of a download after which a log gets another line."""
_PAUSE_S = 10.0
"""Seconds between two such lines, at least."""


class View(Protocol):
    """What shows a download."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def arrived(self, count: int) -> None:
        """`count` bytes are on the disk."""

    def say(self, text: str) -> None:
        """Something happened to the connection."""


def view(name: str, total: int, there: int) -> View:
    """The view of the download of `name`: `total` bytes, of which `there` are on the disk already."""
    if notices.quiet():
        return _Nothing()
    return _Bar(name, total, there) if sys.stderr.isatty() and total else _Lines(name, total, there)


class _Nothing:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def arrived(self, count: int) -> None:
        del count

    def say(self, text: str) -> None:
        del text


class _Lines(_Nothing):
    """A line for each tenth, for logs and pipes."""

    def __init__(self, name: str, total: int, there: int) -> None:
        self._name, self._total = name, total
        self._told, self._when = there / total if total else 0.0, time.monotonic()

    def arrived(self, count: int) -> None:
        if not self._total:
            return
        part = min(1.0, count / self._total)
        if part >= self._told + _STEP and time.monotonic() >= self._when + _PAUSE_S:
            self._told, self._when = part, time.monotonic()
            terminal.tell(f"{self._name}: {fmt.size(count)} of {fmt.size(self._total)}")

    def say(self, text: str) -> None:
        terminal.tell(f"{self._name}: {text}")


class _Bar:
    """One line, updated in place. It fits into 80 columns."""

    def __init__(self, name: str, total: int, there: int) -> None:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("  {task.percentage:>3.0f}%"), BarColumn(bar_width=24), DownloadColumn(),
            TransferSpeedColumn(), TimeRemainingColumn(compact=True),
        )  # fmt: skip
        self._name = name
        self._progress = Progress(*columns, console=terminal.console(sys.stderr))
        self._task = self._progress.add_task("", total=total, completed=there)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def arrived(self, count: int) -> None:
        self._progress.update(self._task, completed=count)

    def say(self, text: str) -> None:
        self._progress.console.print(fmt.plain(f"{self._name}: {text}"), markup=False, soft_wrap=True)
