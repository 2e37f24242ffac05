"""The commit that a folder is at."""

from __future__ import annotations

import subprocess
from pathlib import Path


def of(folder: Path) -> str:
    """The short commit of a checkout, with `+` if tracked files differ from it; empty if it is not one."""
    commit = _git(folder, "rev-parse", "--short", "HEAD")
    return f"{commit}+" if commit and _git(folder, "status", "--porcelain", "-uno") else commit


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
