"""Reads the text of subtitle files: SubRip, WebVTT and Advanced SubStation Alpha, without markup and times.

The times of the file have no effect: those of the speech are found in the film. So a cue is read also if
nothing can be made of its times.
"""

from __future__ import annotations

import math

from stage_runners.edited_files import ass, srt, vtt
from stage_runners.known_text.lines import KnownText, Line, WrittenCue
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Entry, Event
from stage_runners.subtitle_files.plain_cues import said_in
from stage_runners.subtitle_files.speeches import ROUND, USUAL

_CUES = {"srt": srt.cue_of, "vtt": vtt.cue_of, "ass": ass.cue_of}


def read(text: str) -> KnownText:
    """The lines of the cues that are shown: of ASS in the order of their times, of others in the file's."""
    subtitles = entries.read(text)
    shown = [(k, entry) for k, entry in enumerate(_cues(subtitles), 1) if entry.shown]
    if subtitles.kind == "ass":
        shown.sort(key=lambda one: _start(one[1]))
    lines = [
        Line(
            number=number,
            text=said.text,
            speaker=said.speaker,
            optional=said.sung or _is_sign(entry, subtitles.kind),
        )
        for number, entry in shown
        for voice, spoken in markup.spans(entry, subtitles.kind)
        for said in said_in(spoken.split("\n"), voice, USUAL + ROUND)
    ]
    cues = {number: written for number, entry in shown if (written := _written(entry, subtitles.kind))}
    return KnownText(form=entries.NAMES[subtitles.kind], lines=tuple(lines), cues=cues)


def _is_sign(entry: Entry, kind: str) -> bool:
    return kind == "ass" and any(one.is_sign for one in markup.overrides(entry.text, kind))


def _written(entry: Entry, kind: str) -> WrittenCue | None:
    """The cue as it is shown; None for one with a drawing."""
    cue = _CUES[kind](entry)
    span = (cue.start, cue.end) if isinstance(entry, Event) else None
    return None if "drawing" in cue.unkept else WrittenCue(text=cue.text, codes=cue.codes, span=span)


def _cues(subtitles: entries.Subtitles) -> list[Entry]:
    return [entry for entry in subtitles.entries if entry.sort in {"cue", "dialogue"}]


def _start(entry: Entry) -> float:
    return entry.start.shown if isinstance(entry, Event) else math.inf
