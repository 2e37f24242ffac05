"""What a command prints on standard error besides its result."""

from __future__ import annotations

import sys

from orchestrator.errors import FatalError


def notice(text: str) -> None:
    """Print a line for the user, whatever the command's result is."""
    print(f"orchestrator: {text}", file=sys.stderr)


def say(error: FatalError) -> None:
    """Print what is wrong and what to do."""
    notice(error.message)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
