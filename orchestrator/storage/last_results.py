"""The last result of each film's stage, so that a plan can show what changed."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from orchestrator.util import own_files

_KEY = re.compile(r"[0-9a-f]{16,}")


class LastResults:
    """One small file for each film and stage, under `folder` of the store at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def remember(self, film: Path, stage: str, key: str) -> None:
        """Record `key`; raises `OSError` if that fails."""
        if self.key(film, stage) != key:
            own_files.write(self._place(film, stage), key, below=self._root)

    def key(self, film: Path, stage: str) -> str:
        """The last key; empty if there is none, or it is damaged, which is reported."""
        place, damage = self._place(film, stage), ""
        try:
            key = (own_files.read(place) or b"").decode(errors="replace")
        except own_files.DamagedFileError as error:
            key, damage = "", str(error)
        if key and not _KEY.fullmatch(key):
            key, damage = "", "not the key of a result"
        if damage:
            own_files.report(place, damage)
        return key

    def _place(self, film: Path, stage: str) -> Path:
        return self._root / "last" / hashlib.sha256(os.fsencode(film)).hexdigest()[:32] / stage
