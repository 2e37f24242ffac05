"""Recognises films that this tool made: subtitling one again is almost always a mistake."""

from __future__ import annotations

from pathlib import Path

from orchestrator.errors import INPUT, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.storage import file_digests


def refuse(film: Path, written: Path | str, ledger: Ledger) -> None:
    """Raise `FatalError` (input) if this tool made `film`, unchanged since; `written` is how it was typed."""
    source = ledger.film(film)
    if source and file_digests.file_digest(film) == ledger.digest(film):
        raise FatalError(
            f"{written} was made by this tool from {source}",
            f"run on {source}; to subtitle this file anyway, copy it to another name",
            INPUT,
        )
