"""What a command prints on standard error besides its result."""

from __future__ import annotations

import sys

from orchestrator.errors import FatalError


def say(error: FatalError) -> None:
    """Print what is wrong and what to do."""
    print(f"orchestrator: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
