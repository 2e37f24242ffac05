"""Writes paths as users type them in a command."""

from __future__ import annotations

import shlex
from pathlib import Path

from orchestrator.surroundings import current_folder


def typed(path: Path | str) -> str:
    """The path as typed in the current folder, quoted for a shell."""
    here = current_folder.shown(Path(path))
    return shlex.quote(f"./{here}" if str(here).startswith("-") else str(here))
