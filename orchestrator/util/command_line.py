"""Writes paths as users type them in a command."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path


def typed(path: Path | str) -> str:
    """The path as typed in the current folder, quoted for a shell."""
    place = here = Path(path)
    with contextlib.suppress(OSError, ValueError):  # the current folder may be gone
        here = place.relative_to(Path.cwd())
    return shlex.quote(f"./{here}" if str(here).startswith("-") else str(here))
