"""The voices that are known by name."""

from __future__ import annotations

from pathlib import Path


def library(film_digest: str, series: str) -> Path | None:
    """A file with the voices that may be in the film, or None where none is known."""
    del film_digest, series
    return None
