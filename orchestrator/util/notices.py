"""Prints messages on standard error, beside a command's result."""

from __future__ import annotations

from orchestrator.errors import FatalError
from orchestrator.util import terminal


def notice(text: str) -> None:
    """Print a line for the user."""
    terminal.tell(f"orchestrator: {text}")


def say(error: FatalError) -> None:
    """Print an error and its hint."""
    notice(error.message)
    if error.hint:
        terminal.tell(f"  {error.hint}")
