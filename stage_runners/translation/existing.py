"""What existing subtitles say at the time of the lines to translate, for a model that takes instructions.

One file or track is shown, so that a question stays short: in the target language if there is one, else in
the language spoken, else in any other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stage_runners.text.iso639 import same_language
from stage_runners.translation.thresholds import QUESTIONS
from stage_runners.translation.translator import Line


class Existing(NamedTuple):
    """The lines of one file or track `source` in `language` (empty if unknown), in order of their starts."""

    source: str = ""
    language: str = ""
    lines: Sequence[Mapping[str, Any]] = ()

    def beside(self, lines: Sequence[Line]) -> list[str]:
        """What it says while `lines` are spoken, at most so much as a question can hold."""
        starts = [row["start"] for row in self.lines]
        first = bisect_left(starts, lines[0].start - QUESTIONS.around_s)
        last = bisect_left(starts, lines[-1].end)
        texts: list[str] = []
        left = QUESTIONS.existing_letters
        for row in self.lines[first : min(last, first + QUESTIONS.existing)]:
            left -= len(row["text"])
            if left < 0:
                break
            texts.append(str(row["text"]))
        return texts


def chosen(rows: Sequence[Mapping[str, Any]], target: str, spoken: str) -> Existing:
    """Of all existing subtitles (rows of `subtitle_lines`) those that are shown; empty without any."""
    count = Counter((row["source"], row["language"]) for row in rows)
    if not count:
        return Existing()

    def rank(one: tuple[str, str]) -> tuple[bool, bool, int]:
        language = one[1]
        return (
            bool(language) and same_language(language, target),
            bool(language) and same_language(language, spoken),
            count[one],
        )

    source, language = max(count, key=rank)
    kept = [row for row in rows if row["source"] == source]
    return Existing(source, language, sorted(kept, key=lambda row: float(row["start"])))
