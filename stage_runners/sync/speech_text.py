"""Which cues of a subtitle file are spoken, and their words: sounds, songs, signs and drawings are not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from stage_runners.subtitle_files.entry import Event
from stage_runners.subtitle_files.markup import overrides, plain
from stage_runners.subtitle_files.plain_cues import said_in
from stage_runners.subtitle_files.speeches import UNCASED, USUAL
from stage_runners.sync.evidence import Spoken
from stage_runners.sync.thresholds import CUES, SEARCH

_ACTION = re.compile(r"\*[^*\n]+\*")
_MUSIC = re.compile(r"[\u2669-\u266f]|^\s*#.*#\s*$", re.DOTALL)


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
    for override in overrides(text, kind):
        if override.draws or (kind == "ass" and override.is_sign):
            return ""
    shown = plain(text, kind)
    if _MUSIC.search(shown):
        return ""
    lines = _ACTION.sub(" ", shown).split("\n")
    return " ".join(said.text for said in said_in(lines, None, USUAL + UNCASED))
