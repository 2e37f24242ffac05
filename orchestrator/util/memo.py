"""Small things that were found out once, kept as JSON under the tool's home, a file each."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from orchestrator.paths import home


def folder(subject: str) -> Path:
    """Return the folder of all memos of a subject."""
    return home() / "memo" / subject


def keep(file: Path, content: Any) -> None:
    """Write a memo, whole or not at all. A home that cannot be written costs finding it out again, nothing else."""
    scratch = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps(content), encoding="utf-8")
        scratch.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)


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
