"""Answers of an endpoint, kept while a film is translated: what was paid for is not asked again after a crash or a dead line."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc import atomic

_OLD_S = 30 * 24 * 3600
"""Answers of films that were given up are removed after that."""


class Answers:
    """Answers in `folder` (None: kept nowhere) of one model at one address, by the questions they answer."""

    def __init__(self, folder: Path | None, address: str, model: str) -> None:
        self._folder, self._asked_of = folder, [address, model]
        self._used: set[Path] = set()

    def get(self, messages: Sequence[Mapping[str, str]]) -> str | None:
        """The answer to this very question, where it was given before."""
        file = self._file(messages)
        if file is None:
            return None
        try:
            found: Any = json.loads(file.read_text(encoding="utf-8"))["answer"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self._used.add(file)
        return found if isinstance(found, str) else None

    def keep(self, messages: Sequence[Mapping[str, str]], answer: str) -> None:
        """Keep an answer that was understood. Where it cannot be written it is not kept, and nothing else is lost."""
        file = self._file(messages)
        if file is None:
            return
        if atomic.try_write_json(file, {"answer": answer}, folder_mode=0o700):
            self._used.add(file)

    def forget(self) -> None:
        """Remove what this film used, now that its translation is whole, and what others left long ago."""
        for file in self._used:
            file.unlink(missing_ok=True)
        if self._folder is None or not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime > _OLD_S:
                    file.unlink()

    def _file(self, messages: Sequence[Mapping[str, str]]) -> Path | None:
        if self._folder is None:
            return None
        question = json.dumps([*self._asked_of, list(messages)], sort_keys=True)
        return self._folder / f"{hashlib.sha256(question.encode()).hexdigest()}.json"
