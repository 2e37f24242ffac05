"""Which cues of a subtitle file are spoken, and their words: sounds, songs, signs and drawings are not."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence

from stage_runners.sync.evidence import Spoken
from stage_runners.sync.subtitle_file import Event
from stage_runners.sync.thresholds import CUES, SEARCH

_OVERRIDE = re.compile(r"\{[^}]*\}")
_DRAWING = re.compile(r"\{[^}]*\\p[1-9][^}]*\}")
_SIGN = re.compile(r"\{[^}]*\\(?:pos|move|org|clip|iclip|k|K|kf|ko)[\d(]")
"""Overrides that place a text in the picture, or that highlight syllables of a song."""
_TAG = re.compile(r"<[^>]*>")
_SOUND = re.compile(r"\[[^\]]*\]|\([^()]*\)|\uff08[^\uff08\uff09]*\uff09|\*[^*\n]+\*")
_MUSIC = re.compile(r"[\u2669-\u266f]|^\s*#.*#\s*$", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:[-\u2010-\u2015]\s*)?[^\W\d_a-z][^:a-z\n]{0,30}:\s", re.MULTILINE)
_BREAK = re.compile(r"\\[Nnh]")


def spoken_of(events: Sequence[Event], kind: str, seconds: float = math.inf) -> list[Spoken]:
    """The spoken cues in order of their start; several events at one time are one cue.

    Cues that no offset brings into a film of this length are left out, and of very many only some are taken.
    """
    latest = (seconds + SEARCH.most_reach_s) * 1.1
    found: dict[tuple[float, float], Spoken] = {}
    for index, event in enumerate(events):
        length = event.end.seconds - event.start.seconds
        if not event.shown or not CUES.least_s <= length <= CUES.most_s or event.start.seconds < 0:
            continue
        if event.end.seconds > latest or len(event.text) > CUES.longest:
            continue
        if text := _words(event.text, kind):
            key = event.start.seconds, event.end.seconds
            if key not in found:
                found[key] = Spoken(*key, index, text)
    cues = [found[key] for key in sorted(found)]
    return cues[:: -(-len(cues) // CUES.most) or 1]


def _words(text: str, kind: str) -> str:
    if _DRAWING.search(text) or _MUSIC.search(text) or (kind == "ass" and _SIGN.search(text)):
        return ""
    text = _BREAK.sub("\n", _OVERRIDE.sub("", text)) if kind != "vtt" else text
    text = html.unescape(_TAG.sub("", text))
    text = _LABEL.sub("", _SOUND.sub(" ", text))
    return " ".join(text.split()) if re.search(r"\w", text) else ""
