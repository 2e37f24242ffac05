"""How long films are, for the order in which they are handed out: only the order counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Lengths = Callable[[Sequence[Path]], Mapping[Path, float]]


def weights(films: Sequence[Path], lengths: Lengths) -> dict[Path, float]:
    """Seconds of each film: those that `lengths` knows, and an estimate by the size of the file for the rest.

    If no length is known, the weight is the size in bytes.
    """
    sizes = {film: _size(film) for film in films}
    known = lengths(films)
    bytes_of_known = sum(sizes[film] for film in known)
    pace = sum(known.values()) / bytes_of_known if bytes_of_known else 1.0
    return {film: known.get(film) or sizes[film] * pace for film in films}


def _size(film: Path) -> float:
    try:
        return float(film.stat().st_size)
    except OSError:
        return 0.0
