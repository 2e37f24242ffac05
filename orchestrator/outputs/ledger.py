"""What this tool wrote where: by it a file of ours is told from one that somebody else put there, or has edited since."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ipc import atomic
from orchestrator.util import memo


class Ledger:
    """What this tool wrote where: a small file a path, under the tool's home, replaced atomically."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or memo.folder("written")

    def digest(self, path: Path) -> str | None:
        """The digest that `path` had when it was written, or None for a file that this tool did not write."""
        return self._read(path).get("digest")

    def film(self, path: Path) -> str | None:
        """The film that `path` was written for."""
        return self._read(path).get("film")

    def clip(self, path: Path) -> str:
        """The part of the film that `path` was made of; empty for the whole film, and for a file that this tool did not write."""
        return self._read(path).get("clip", "")

    def _read(self, path: Path) -> dict[str, str]:
        entry = memo.read(self._entry(path))
        return entry if isinstance(entry, dict) and entry.get("path") == str(path) else {}

    def remember(self, path: Path, digest: str, film: Path, clip: str = "") -> None:
        """Note that `path` was just written with this digest, for `film` or a `clip` of it."""
        entry = self._entry(path)
        entry.parent.mkdir(parents=True, exist_ok=True)
        content = {"path": str(path), "digest": digest, "film": str(film), "clip": clip}
        atomic.write(entry, json.dumps(content))

    def _entry(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"
