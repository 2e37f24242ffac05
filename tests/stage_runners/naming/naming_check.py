"""Names from single sentences without a cast; reads [[language, text], ...] and prints a list of
names, JSON both."""

from __future__ import annotations

import json
import sys

from stage_runners.naming import dialogue
from stage_runners.naming.runner import People
from tests.stage_runners.rows import said, segment


def talk_of(language, *lines):
    """Segments and words of lines that two voices say in turn; a number is a pause."""
    segments, words, clock = [], [], 0.0
    for line in lines:
        if isinstance(line, float):
            clock += line
            continue
        speaker = f"SPEAKER_0{len(segments) % 2}"
        own = said(line, clock, speaker=speaker, segment=len(segments))
        end = own[-1]["end"]
        segments.append(segment(len(segments), clock, end, line, speaker=speaker, language=language))
        words += own
        clock = end + 0.4
    return segments, words


if __name__ == "__main__":
    found = []
    for language, text in json.load(sys.stdin):
        spoken = dialogue.sentences(*talk_of(language, text))
        votes = dialogue.votes(spoken, dialogue.Names.of([]), People())
        found.append([one.name for one in dialogue.candidates(votes)])
    print(json.dumps(found, ensure_ascii=False))
