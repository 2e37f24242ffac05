"""The files that an earlier run of a film left beside it, and what a later run does to keep them.

A run that fails must not leave a mixture of its own files and earlier ones. So if there are earlier files, a
run holds its own back until it has all of them. A film is large, and takes its place when it is finished: the
earlier one stays beside it under a hidden name until the run has ended.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ipc import atomic
from orchestrator.outputs.ledger import Ledger

_NOT_OUTPUT = ".orchestrator.toml"


def files_of(film: Path, folder: Path, ledger: Ledger) -> list[Path]:
    """The files in `folder` that complete runs wrote for `film`; not those of a run that failed."""
    try:
        there = [path for path in folder.iterdir() if path.name.startswith(f"{film.stem}.")]
    except OSError:
        return []
    return [
        path
        for path in sorted(there)
        if not path.name.endswith(_NOT_OUTPUT)
        and ledger.film(path) == str(film)
        and not ledger.is_partial(path)
    ]


@dataclass(frozen=True, kw_only=True)
class EarlierFile:
    """An earlier file that a new one replaces, under another name until the run has ended."""

    path: Path
    copy: Path
    digest: str
    clip: str
    film: Path

    def restore(self, ledger: Ledger) -> None:
        """Put the earlier file back into its place."""
        self.copy.replace(self.path)
        ledger.remember(self.path, self.digest, self.film, self.clip)

    def drop(self) -> None:
        """Remove the earlier file: the new one stays."""
        self.copy.unlink(missing_ok=True)


def keep(path: Path, film: Path, ledger: Ledger) -> EarlierFile:
    """Keep the file at `path`, of which this tool is the author, while a new one takes its place."""
    copy = atomic.draft_of(path)
    kept = EarlierFile(
        path=path, copy=copy, digest=ledger.digest(path) or "", clip=ledger.clip(path), film=film
    )
    try:
        os.link(path, copy)
    except OSError:  # a file system without hard links
        path.rename(copy)
    return kept
