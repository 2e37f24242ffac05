"""Documents to write in the tests of formats."""

from __future__ import annotations

from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.output_format import Document

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
