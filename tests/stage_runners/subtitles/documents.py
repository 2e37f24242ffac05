"""Documents to write in the tests of formats."""

from __future__ import annotations

import functools

from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.runner import cues_of
from stage_runners.subtitles.speakers import merge_namesakes
from tests.stage_runners.rows import PARAMS, said, segment

A, B = "SPEAKER_00", "SPEAKER_01"
NAMES = {B: "Speaker 1", A: "Speaker 2"}


def cue(*lines, start=1000, end=3000):
    return Cue(start, end, lines, (0,), ())


ONE = cue(Line("Hello,", B, "[SPEAKER 1]"), Line("is it you?", B))
TWO = cue(
    Line("Yes.", A, "[SPEAKER 2]", dash="- "), Line("Oh.", B, dash="- "), start=3_723_040, end=3_725_000
)


def document(*cues, names=None, language="en", **more):
    return Document(cues=cues, names={} if names is None else names, language=language, **more)


def laid_out(segments, words, names=None, **more):
    """The document of these rows, with the cues that the stage lays out."""
    names = {} if names is None else names
    language = more.pop("language", "en")
    cues = cues_of(*merge_namesakes(segments, words, names), language, PARAMS, names)
    return document(*cues, names=names, language=language, segments=segments, words=words, **more)


ODD_NAMES = {B: 'Ann <& "Bo"', A: "שרה 🎬"}


def conversation(names=ODD_NAMES):
    """Two voices that overlap, markup, quotes, right to left, an emoji, and a word without times."""
    words = [
        *said('Is <b>R&D "here"</b> now?', 0.5, speaker=B, segment=0),
        *said("שלום, 🎉 עולם", 1.4, speaker=A, segment=1),
        *said("We pay *five* dollars", 9.0, speaker=B, segment=2),
    ]
    words.sort(key=lambda row: row["start"])
    words[-2].update(start=None, end=None, method="none")
    segments = [
        segment(0, 0.5, 2.2, 'Is <b>R&D "here"</b> now?', speaker=B),
        segment(1, 1.4, 2.4, "שלום, 🎉 עולם", speaker=A, language="he"),
        segment(2, 9.0, 10.4, "We pay *five* dollars", speaker=B),
    ]
    return laid_out(segments, words, names)


@functools.cache
def long_film(hours=3):
    """Two voices that take turns for `hours`, a cue for each segment: 2.2 words a second."""
    words, segments, cues = [], [], []
    for k in range(int(hours * 3600 / 5)):
        text, speaker = f"And so number {k} said it, which nobody heard in time.", (A, B)[k % 2]
        spoken = said(text, 5.0 * k, 0.33, 0.05, speaker=speaker, segment=k)
        words += spoken
        segments.append(segment(k, spoken[0]["start"], spoken[-1]["end"], text, speaker=speaker))
        lines = [Line(part, speaker) for part in text.split(", ")]
        cues.append(Cue(5000 * k, 5000 * k + 4500, tuple(lines), (k,), ()))
    return document(*cues, names=NAMES, segments=segments, words=words)


EMPTY = document(language="und")
