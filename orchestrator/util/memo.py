"""Remembers small results as JSON files under the tool's home.

A damaged memo counts as missing, is reported once, and is replaced when its content is computed again.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, TypeVar

from orchestrator.paths import home
from orchestrator.util import own_files

T = TypeVar("T")


def folder(subject: str) -> Path:
    """The folder of all memos of a subject."""
    return home() / "memo" / subject


def keep(file: Path, content: Any, *, mode: int | None = None) -> None:
    """Write a memo, with permissions `mode` if given.

    If home is not writable, it is computed again next time.
    """
    with contextlib.suppress(OSError):
        own_files.write(file, json.dumps(content), below=home(), mode=mode)


def read(file: Path, kind: type[T]) -> T | None:
    """The content of a memo, which must have this type; None if it is missing or damaged."""
    import msgspec

    try:
        found = own_files.read_json(file)
        return None if found is None else msgspec.convert(found, kind)
    except ValueError as error:  # `msgspec.ValidationError` too
        own_files.report(file, error)
        return None


def forget(subject: str) -> int:
    """Delete all memos of a subject; return how many there were."""
    files = list(folder(subject).glob("*.json"))
    for file in files:
        own_files.clear(file)
    return len(files)
