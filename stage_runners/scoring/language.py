"""Whether a reference is in the language of what is scored, as far as its name and its letters tell."""

from __future__ import annotations

from pathlib import PurePath

from ipc.errors import StageError
from stage_runners.scoring.units import Source
from stage_runners.text.iso639 import LANGUAGES, language, same_language
from stage_runners.text.scripts import share_written_in

_KNOWN = {code for one in LANGUAGES.values() for code in (one.code, one.bibliographic, one.terminologic)}
_LETTERS = 20
_SHARE = 0.5
"""Of so many letters so many belong to the scripts of its language: names and brands of others are fewer."""


def of_name(name: str) -> str:
    """The language that a file's name says, as in `film.cs.srt`; empty where it says none."""
    parts = PurePath(name).name.split(".")
    return next((part.lower() for part in reversed(parts[1:-1]) if part.lower() in _KNOWN), "")


def check(source: Source, wanted: str) -> None:
    """StageError("input") where the reference has text, and is not in the language `wanted` (ISO 639, empty where nobody knows)."""
    if not source.units or not wanted:
        return
    told = of_name(source.name)
    if told and not same_language(told, wanted):
        raise StageError(
            "input",
            f"{source.name} is in {language(told).name} by its name, and what is scored is in {language(wanted).name}",
            f"--track {language(told).code} scores the track in that language; or give the file another name",
        )
    share, letters = share_written_in(source.text, wanted)
    if letters >= _LETTERS and share < _SHARE:
        raise StageError(
            "input",
            f"{source.name} is not written as {language(wanted).name} is, the language of what is scored",
            "--track CODE scores a track in another language",
        )
