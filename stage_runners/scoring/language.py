"""Checks that a reference is in the language that is scored, by its file name and its letters."""

from __future__ import annotations

from pathlib import PurePath

from ipc.errors import StageError
from stage_runners.scoring.units import Source
from stage_runners.text.iso639 import LANGUAGES, language, same_language
from stage_runners.text.scripts import share_written_in

_CODES = {code for one in LANGUAGES.values() for code in (one.code, one.bibliographic, one.terminologic)}
_LETTERS = 20
"""A shorter text is not checked."""
_SHARE = 0.5
"""Minimum share of a text's letters in the scripts of its language."""


def of_name(name: str) -> str:
    """The language code in a file's name, as in `film.cs.srt`; empty if it has none."""
    parts = PurePath(name).name.split(".")
    return next((part.lower() for part in reversed(parts[1:-1]) if part.lower() in _CODES), "")


def check(source: Source, wanted: str) -> None:
    """Raise StageError("input") if the reference has text in a language other than `wanted`.

    `wanted` is an ISO 639 code, or empty if the language is unknown.
    """
    if not source.units or not wanted:
        return
    named = of_name(source.name)
    if named and not same_language(named, wanted):
        raise StageError(
            "input",
            f"{source.name}: the file name says {language(named).name}, but the scored result is in "
            f"{language(wanted).name}",
            f"score the track in that language with --track {language(named).code}, or rename the file",
        )
    share, letters = share_written_in(source.text, wanted)
    if letters >= _LETTERS and share < _SHARE:
        raise StageError(
            "input",
            f"{source.name}: not in the script of {language(wanted).name}, the language of the scored result",
            "score a track in another language with --track CODE",
        )
