"""Small things that were found out once, kept as JSON under the tool's home, a file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ipc import atomic
from orchestrator.paths import home


def folder(subject: str) -> Path:
    """Return the folder of all memos of a subject."""
    return home() / "memo" / subject


def keep(file: Path, content: Any, *, mode: int | None = None) -> None:
    """Write a memo, with these permissions if any are given. A home that cannot be written costs the time to find it out again."""
    atomic.try_write_json(file, content, mode=mode)


def read(file: Path) -> Any:
    """Return what a memo holds; None where there is none that can be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def forget(subject: str) -> int:
    """Remove all memos of a subject; returns how many there were."""
    files = list(folder(subject).glob("*.json"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)
