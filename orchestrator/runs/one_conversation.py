"""Tells a user who runs the files of one conversation, one for each person, how to join them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestrator.film_files import headers
from orchestrator.util.command_line import typed
from orchestrator.util.film_names import SOUND

MOST = 8
"""People of one conversation; more files are a library."""
_SAME_S, _SAME_SHARE = 2.0, 0.01
"""Recordings of one conversation differ in length by less."""


def hint(films: Sequence[Path]) -> str:
    """The sentence, if all of a few recordings in one folder are about as long; else nothing.

    Only names are looked at, unless all are those of sound.
    """
    if not 2 <= len(films) <= MOST or len({film.parent for film in films}) > 1:
        return ""
    if not all(film.suffix[1:].lower() in SOUND for film in films):
        return ""
    found = headers.of(films)
    lengths = [found[film].length or 0.0 for film in films if film in found and not found[film].picture]
    if len(lengths) < len(films) or not min(lengths):
        return ""
    if max(lengths) - min(lengths) > max(_SAME_S, _SAME_SHARE * max(lengths)):
        return ""
    names = " ".join(map(typed, films))
    return (
        f"{len(films)} recordings of the same length are transcribed one by one; if they are of one "
        f"conversation, put them into one file first: orchestrator join {names}"
    )
