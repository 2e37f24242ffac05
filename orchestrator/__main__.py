"""The program's entry point: the installed command, and `python -m orchestrator`."""

from __future__ import annotations

import os
import sys

from orchestrator.errors import INTERRUPTED
from orchestrator.surroundings import start


def main() -> int:
    """Prepare the process, run the command line, and return the exit status."""
    try:
        start.prepare()
        if start.interpreter_needs_utf8():
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - no shell
        from orchestrator import cli

        return cli.main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
