"""Remembers small results as JSON files under the tool's home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ipc import atomic
from orchestrator.paths import home


def folder(subject: str) -> Path:
    """The folder of all memos of a subject."""
    return home() / "memo" / subject


def keep(file: Path, content: Any, *, mode: int | None = None) -> None:
    """Write a memo, with permissions `mode` if given.

    If home is not writable, it is computed again next time.
    """
    atomic.try_write_json(file, content, mode=mode)


def read(file: Path) -> Any:
    """The content of a memo; None if it is missing or unreadable."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def forget(subject: str) -> int:
    """Delete all memos of a subject; return how many there were."""
    files = list(folder(subject).glob("*.json"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)
