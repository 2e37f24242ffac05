"""The words that an edited cue stands for, found by what they say and when."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from ipc.edits import Edit
from stage_runners.subtitles.thresholds import EDIT_MATCHING
from stage_runners.text.word_times import places

Row = Mapping[str, Any]


def _share(said: Sequence[str], own: Sequence[str]) -> float:
    """The share of the words `own` that are said, in order."""
    matcher = difflib.SequenceMatcher(None, said, own, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / max(1, len(own))


def compact(text: str) -> str:
    """Letters and digits alone: what is said, however it is written down."""
    return "".join(char for char in text.casefold() if char.isalnum())


class Under:
    """Finds the words that a cue was made of."""

    def __init__(self, segments: Sequence[Row], words: Sequence[Row]) -> None:
        self._words = words
        self._places = places(words, segments)
        self._middles = [(place.start + place.end) / 2 for place in self._places]
        self._order = sorted(range(len(words)), key=self._middles.__getitem__)
        self._sorted = [self._middles[k] for k in self._order]

    def text(self, word: int) -> str:
        """The word's text."""
        return str(self._words[word]["text"])

    def words(self, edit: Edit, reach: float = EDIT_MATCHING.reach_s) -> tuple[int, ...]:
        """Places in the table of the words under the edit, in reading order: a run that says what its cues said, and begins not
        farther than `reach` seconds from them, else those whose middle lies inside.
        """
        start, end = edit.span()
        inside = self._inside(start, end)
        said = compact("".join(cue.text for cue in edit.before))
        if not said or self._says(inside) == said:
            return tuple(inside)
        runs = [
            run for first in self._inside(start - reach, start + reach) if (run := self._run(first, said))
        ]
        if not runs:
            return tuple(inside)
        return tuple(
            min(runs, key=lambda run: abs(self._middles[run[0]] - start) + abs(self._middles[run[-1]] - end))
        )

    def whole(self, edit: Edit, found: tuple[int, ...]) -> tuple[int, ...]:
        """The words under an edit where others are heard now: without those of another voice that speaks at the same time and says nothing
        of what stood there, and with the scraps that are left beside them.
        """
        said = [compact(word) for cue in edit.before for word in cue.text.split()]
        by: dict[int, list[int]] = {}
        for k in found:
            by.setdefault(int(self._words[k]["segment"]), []).append(k)
        shares = {number: _share(said, [compact(self.text(k)) for k in own]) for number, own in by.items()}
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= EDIT_MATCHING.alike:
            low, high = self._middles[by[best][0]], self._middles[by[best][-1]]
            beside = {
                number
                for number, own in by.items()
                if number != best
                and shares[number] < EDIT_MATCHING.alike / 2
                and low <= self._middles[own[len(own) // 2]] <= high
            }
            found = tuple(k for k in found if self._words[k]["segment"] not in beside)
        if not found or compact("".join(self.text(k) for k in found)) == "".join(said):
            return found
        start, end = edit.span()
        first, last = found[0] - 1, found[-1] + 1
        if (
            first >= 0
            and start - self._places[first].start < EDIT_MATCHING.scrap_s
            and self._apart(first - 1, first)
        ):
            found = (first, *found)
        if (
            last < len(self._words)
            and self._places[last].end - end < EDIT_MATCHING.scrap_s
            and self._apart(last, last + 1)
        ):
            found = (*found, last)
        return found

    def _apart(self, one: int, other: int) -> bool:
        """Whether two neighbours in the table do not belong to one stretch of speech."""
        if one < 0 or other >= len(self._words):
            return True
        a, b = self._words[one], self._words[other]
        return bool(
            a["speaker"] != b["speaker"]
            or self._places[other].start - self._places[one].end > EDIT_MATCHING.pause_s
        )

    def _run(self, first: int, said: str) -> range | None:
        """The words from `first` on that say just this."""
        at = 0
        for k in range(first, len(self._words)):
            text = compact(self.text(k))
            if not said.startswith(text, at):
                return None
            at += len(text)
            if at == len(said):
                return range(first, k + 1)
        return None

    def _inside(self, start: float, end: float) -> list[int]:
        first, last = bisect_left(self._sorted, start), bisect_left(self._sorted, end)
        return sorted(self._order[first:last])

    def _says(self, found: Sequence[int]) -> str:
        return compact("".join(self.text(k) for k in found))
