"""WebVTT, with speakers in voice spans, which players do not show.

It does not use pysubs2, which treats braces and backslashes as override codes, and writes no voice spans.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formatting import place_of, tagged, vtt_settings
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import by_speaker
from stage_runners.text.direction import marked


def write(document: Document) -> str:
    """The file. Only SDH has labels in the text: voice spans do not show names."""
    return written(document, lambda cue: [tagged(line, escaped) for line in cue.lines])


def written(
    document: Document, texts: Callable[[Cue], Sequence[str]], head: Sequence[str] = ("WEBVTT\n",)
) -> str:
    """The file with `texts`, the cue text of each line of a cue, without labels and dashes, after `head`."""
    blocks = [
        f"{clock_time(cue.start)} --> {clock_time(cue.end)}{vtt_settings(place_of(cue.lines))}\n"
        f"{_voices(cue, texts(cue), document)}\n"
        for cue in document.cues
    ]
    return "\n".join([*head, *blocks])


def _voices(cue: Cue, texts: Sequence[str], document: Document) -> str:
    spans = []
    labels, film = document.sdh, document.right_to_left
    shown = {id(line): text for line, text in zip(cue.lines, texts, strict=True)}
    for group in by_speaker(cue.lines, labels=labels):
        text = "\n".join(_line(line, shown[id(line)], labels=labels, film=film) for line in group)
        name = document.names.get(group[0].speaker or "")
        spans.append(f"<v {escaped(name)}>{text}</v>" if name else text)
    return "\n".join(spans)


def _line(line: Line, text: str, *, labels: bool, film: bool) -> str:
    """The line as displayed, with `text` in the place of its own, marked if it runs from right to left."""
    whole = marked(line.shown(labels=labels), line.text, film=film)
    return escaped(whole.removesuffix(line.text)) + text


def escaped(text: str) -> str:
    """The text, escaped so that no tag or entity begins in it."""
    return html.escape(text, quote=False)


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
