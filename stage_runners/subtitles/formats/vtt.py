"""WebVTT, with speakers in voice spans, which players do not show.

It does not use pysubs2, which treats braces and backslashes as override codes, and writes no voice spans.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import by_speaker
from stage_runners.text.direction import marked


def write(document: Document) -> str:
    """The file. Only SDH has labels in the text: voice spans do not show names."""
    blocks = [
        f"{clock_time(cue.start)} --> {clock_time(cue.end)}\n{_voices(cue.lines, document)}\n"
        for cue in document.cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _voices(lines: Sequence[Line], document: Document) -> str:
    spans = []
    labels, film = document.sdh, document.right_to_left
    for group in by_speaker(lines, labels=labels):
        shown = (marked(line.shown(labels=labels), line.text, film=film) for line in group)
        text = html.escape("\n".join(shown), quote=False)
        name = document.names.get(group[0].speaker or "")
        spans.append(f"<v {html.escape(name, quote=False)}>{text}</v>" if name else text)
    return "\n".join(spans)


FORMAT = Format(
    name="vtt",
    extension="vtt",
    content="cues",
    media_type="text/vtt",
    description="WebVTT: cues with `<v Speaker 1>`",
    write=write,
    by_default=True,
    rank=20,
)
