"""The transcript as paragraphs to read: what one speaker says without a long pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ipc.rows import SegmentRow
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.thresholds import PARAGRAPHS
from stage_runners.text.grammar import ending, spaceless


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of one speaker, whose `name` is empty if it is not known; `start` and `end` are seconds."""

    start: float
    end: float
    name: str
    text: str


def paragraphs_of(document: Document) -> list[Paragraph]:
    """The segments as paragraphs: a new one after a pause, for another speaker, or after a long text."""
    result: list[Paragraph] = []
    for segment in document.segments:
        text = " ".join(segment["text"].split())
        if not text:
            continue
        name = document.names.get(segment["speaker"] or "", "")
        last = result[-1] if result else None
        if last is not None and last.name == name and _goes_on(last, segment, text):
            joined = _joined(last.text, text)
            result[-1] = Paragraph(last.start, max(last.end, segment["end"]), name, joined)
        else:
            result.append(Paragraph(segment["start"], segment["end"], name, text))
    return result


def clock(seconds: float, longest: float) -> str:
    """`2:05`, or `0:02:05` in a film whose last time is an hour or `longest`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    if longest >= 3600:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}"


def last_time(paragraphs: Sequence[Paragraph]) -> float:
    """The latest end, in seconds; 0 without paragraphs."""
    return max((one.end for one in paragraphs), default=0.0)


def _goes_on(last: Paragraph, segment: SegmentRow, text: str) -> bool:
    if segment["start"] - last.end >= PARAGRAPHS.pause_s:
        return False
    words = last.text.split()
    ends = ending(words[-1], text.split(maxsplit=1)[0], segment["language"]) == "sentence"
    return not (ends and len(last.text) >= PARAGRAPHS.long)


def _joined(before: str, after: str) -> str:
    dense = spaceless(before[-1]) and spaceless(after[0])
    return before + ("" if dense else " ") + after
