"""Prints messages on standard error, beside a command's result."""

from __future__ import annotations

from orchestrator.errors import FatalError
from orchestrator.util import terminal

_quiet = False


def be_quiet(quiet: bool = True) -> None:
    """Print no notices from now on; errors are still printed."""
    global _quiet
    _quiet = quiet


def quiet() -> bool:
    """Whether the user asked for errors only."""
    return _quiet


def notice(text: str) -> None:
    """Print a line for the user, unless they asked for quiet."""
    if not _quiet:
        _print(text)


def _print(text: str) -> None:
    terminal.tell(f"orchestrator: {text}")


def say(error: FatalError) -> None:
    """Print an error and its hint."""
    first, *others = error.lines
    _print(first)
    for line in others:
        terminal.tell(f"  {line}")
    if error.hint:
        terminal.tell(f"  {error.hint}")
