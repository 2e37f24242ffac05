"""Remembers the files that this tool wrote, to distinguish them from foreign and edited files."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from orchestrator.util import memo, own_files
from orchestrator.util.storage_errors import storage_errors


class Ledger:
    """One small file for each path, under the tool's home, replaced atomically."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or memo.folder("written")

    def digest(self, path: Path) -> str | None:
        """The digest that `path` had when it was written; None for a file that this tool did not write."""
        return self._read(path).get("digest")

    def film(self, path: Path) -> str | None:
        """The film that `path` was written for; None as above."""
        return self._read(path).get("film")

    def clip(self, path: Path) -> str:
        """The part of the film that `path` covers; empty for the whole film and for foreign files."""
        return self._read(path).get("clip", "")

    def is_partial(self, path: Path) -> bool:
        """Return whether `path` was written by a run that failed later, so that its files are incomplete."""
        return bool(self._read(path).get("partial"))

    def mark_partial(self, path: Path) -> None:
        """Record that the run that wrote `path` failed. The next `remember` forgets it."""
        if entry := self._read(path):
            self._write(path, {**entry, "partial": "yes"})

    def _read(self, path: Path) -> dict[str, str]:
        entry = memo.read(self._entry(path), dict[str, str])
        return entry if entry is not None and entry.get("path") == str(path) else {}

    def remember(self, path: Path, digest: str, film: Path, clip: str = "") -> None:
        """Record that `path` was written with this digest, for `film` or a `clip` of it."""
        self._write(path, {"path": str(path), "digest": digest, "film": str(film), "clip": clip})

    def learn(self, path: Path, digest: str, film: Path, clip: str = "") -> None:
        """Record what this tool wrote on another machine; a record that says the same stays as it is."""
        if self.digest(path) != digest or self.film(path) != str(film):
            self.remember(path, digest, film, clip)

    def _write(self, path: Path, content: dict[str, str]) -> None:
        entry = self._entry(path)
        with storage_errors(f"cannot write {entry}", "set ORCHESTRATOR_HOME to another folder"):
            own_files.write(entry, json.dumps(content), below=self._folder.parent.parent)

    def _entry(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"
