"""The cues of what is not said in the film's main language: those of forced subtitles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ipc.rows import SegmentRow
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.languages import language_of
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.sdh import FLAG
from stage_runners.text.iso639 import same_language

SEVERAL = "mul"
"""The code of texts in several languages (ISO 639-2)."""


def foreign_cues(document: Document) -> list[Cue]:
    """The cues whose words are spoken in another language than the one that is spoken longest.

    A sentence of a translation is spoken in the language of the segments at its time, its speaker's first.
    """
    if len({one["language"] for one in document.spoken}) < 2:
        return []
    main, spoken = language_of(document.spoken), _Spoken(document.spoken)
    own = {segment["id"]: spoken.of(segment) for segment in document.segments}
    result = []
    for cue in document.cues:
        if FLAG in cue.flags:
            continue
        languages = [own[number] for number in cue.segments if number in own] or [
            spoken.at(cue.start / 1000, cue.end / 1000)
        ]
        foreign = [code for code in languages if code and not same_language(code, main)]
        if 2 * len(foreign) > len(languages):
            result.append(cue)
    return result


def language_of_cues(document: Document) -> str:
    """The language of the text of those cues, or `SEVERAL`."""
    segments = {number for cue in foreign_cues(document) for number in cue.segments}
    codes = {one["language"] for one in document.segments if one["id"] in segments}
    return codes.pop() if len(codes) == 1 else SEVERAL if codes else document.language


def main_language(document: Document) -> str:
    """The language that is spoken longest in the film."""
    return language_of(document.spoken)


class _Spoken:
    """The languages that are spoken, by time."""

    def __init__(self, segments: Sequence[SegmentRow]) -> None:
        self._segments = sorted(segments, key=lambda one: one["start"])
        self._starts = [one["start"] for one in self._segments]
        self._longest = max((one["end"] - one["start"] for one in segments), default=0.0)

    def of(self, segment: SegmentRow) -> str:
        """The language that a segment of the document was spoken in: its speaker's, or anybody's."""
        span = segment["start"], segment["end"]
        return self.at(*span, segment["speaker"]) or self.at(*span)

    def at(self, start: float, end: float, speaker: str | None = None) -> str:
        """The language that is spoken most between two times, empty if nobody speaks."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_left(self._starts, end)
        seconds: dict[str, float] = {}
        for one in self._segments[first:last]:
            shared = min(end, one["end"]) - max(start, one["start"])
            if shared > 0 and speaker in {None, one["speaker"]}:
                seconds[one["language"]] = seconds.get(one["language"], 0.0) + shared
        return max(sorted(seconds), key=lambda code: seconds[code], default="")
