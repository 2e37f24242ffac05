"""Stores the answers of servers as files, by the question."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path
from typing import NamedTuple

from ipc import atomic, plain_file
from ipc.parsing import json_of

_LARGEST = 64 << 20
"""Bytes; the credits of the largest film have some hundred thousand."""


class Kept(NamedTuple):
    """An answer (a JSON value), and its age in seconds."""

    answer: object
    age_s: float


class AnswerStore:
    """Answers in `folder`; None if nothing is to be kept. `folder_mode` are the permissions of a folder that
    it makes.
    """

    def __init__(self, folder: Path | None, *, folder_mode: int = 0o777) -> None:
        self._folder, self._folder_mode = folder, folder_mode
        self._used: set[Path] = set()

    def get(self, question: str) -> Kept | None:
        """The answer to this question; None if there is none that can be read."""
        if self._folder is None:
            return None
        file = self._file(self._folder, question)
        try:
            age_s = max(0.0, time.time() - file.stat().st_mtime)
            answer = json_of(plain_file.read(file, _LARGEST))["answer"]
        except (OSError, plain_file.UnusableFileError, ValueError, KeyError, TypeError):
            return None
        self._used.add(file)
        return Kept(answer, age_s)

    def keep(self, question: str, answer: object) -> None:
        """Keep an answer. One that cannot be written is requested again next time."""
        if self._folder is None:
            return
        file = self._file(self._folder, question)
        if atomic.try_write_json(file, {"answer": answer}, folder_mode=self._folder_mode):
            self._used.add(file)

    def forget(self, *, older_than_s: float) -> None:
        """Remove the answers that were read or written here, and what others kept longer ago than that."""
        for file in self._used:
            with contextlib.suppress(OSError):
                file.unlink()
        if self._folder is None or not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime > older_than_s:
                    file.unlink()

    @staticmethod
    def _file(folder: Path, question: str) -> Path:
        return folder / f"{hashlib.sha256(question.encode()).hexdigest()}.json"
