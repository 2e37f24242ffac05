"""The stage's process: `python -P -m ipc.child RUNNER`.

It starts to watch the orchestrator before it imports anything else, because imports can be slow; then it runs
the loop.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ipc import lifeline

_EVENTS_FD = "ORCHESTRATOR_EVENTS_FD"
"""As in `ipc.protocol`, which is not imported yet."""


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    words = sys.argv[1:] if argv is None else argv
    descriptor = os.environ.get(_EVENTS_FD)
    if descriptor:
        lifeline.watch(0, close=(int(descriptor),))
    from ipc import child_loop

    return child_loop.main(words)


if __name__ == "__main__":
    sys.exit(main())
