"""Prints messages on standard error, beside a command's result."""

from __future__ import annotations

import sys

from orchestrator.errors import FatalError


def notice(text: str) -> None:
    """Print a line for the user."""
    print(f"orchestrator: {text}", file=sys.stderr)


def say(error: FatalError) -> None:
    """Print an error and its hint."""
    notice(error.message)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
