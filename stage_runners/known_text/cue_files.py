"""Reads the text of subtitle files: SubRip, WebVTT and Advanced SubStation Alpha, without markup and times.

The times of the file have no effect: those of the speech are found in the film. So a cue is read also if
nothing can be made of its times.
"""

from __future__ import annotations

import math

from stage_runners.known_text.lines import KnownText, Line
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Entry, Event
from stage_runners.subtitle_files.plain_cues import said_in
from stage_runners.subtitle_files.speeches import ROUND, USUAL


def read(text: str) -> KnownText:
    """The lines of the cues that are shown: of ASS in the order of their times, of others in the file's."""
    subtitles = entries.read(text)
    shown = [(k, entry) for k, entry in enumerate(_cues(subtitles), 1) if entry.shown]
    if subtitles.kind == "ass":
        shown.sort(key=lambda one: _start(one[1]))
    lines = [
        Line(number=number, text=said.text, speaker=said.speaker, optional=said.sung)
        for number, entry in shown
        for voice, spoken in markup.spans(entry, subtitles.kind)
        for said in said_in(spoken.split("\n"), voice, USUAL + ROUND)
    ]
    return KnownText(form=entries.NAMES[subtitles.kind], lines=tuple(lines))


def _cues(subtitles: entries.Subtitles) -> list[Entry]:
    return [entry for entry in subtitles.entries if entry.sort in {"cue", "dialogue"}]


def _start(entry: Entry) -> float:
    return entry.start.shown if isinstance(entry, Event) else math.inf
