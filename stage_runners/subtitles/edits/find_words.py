"""The words that an edited cue replaces, found by their text and their times."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Sequence

from ipc.edits import Edit
from ipc.rows import SegmentRow, WordRow
from stage_runners.subtitles.thresholds import EDIT_MATCHING
from stage_runners.text.word_times import places


def compact(text: str) -> str:
    """Letters and digits alone: two texts that differ in punctuation and case are equal."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _share(spoken: Sequence[str], words: Sequence[str]) -> float:
    """The share of `words` that are in `spoken`, in order."""
    matcher = difflib.SequenceMatcher(None, spoken, words, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / max(1, len(words))


class WordFinder:
    """Finds the words that a cue was made of, as places in the table of words."""

    def __init__(self, segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> None:
        self._words = words
        self._places = places(words, segments)
        self._middles = [(place.start + place.end) / 2 for place in self._places]
        self._order = sorted(range(len(words)), key=self._middles.__getitem__)
        self._sorted = [self._middles[k] for k in self._order]

    def text(self, words: Sequence[int]) -> str:
        """The words' letters and digits."""
        return compact("".join(self._words[k]["text"] for k in words))

    def under(self, edit: Edit, reach: float = EDIT_MATCHING.reach_s) -> tuple[int, ...]:
        """The words under the edit, in reading order.

        That is a run of words with the text of the cues that the edit replaces, which begins at most `reach`
        seconds from them; without such a run, all words whose middle lies inside the edit.
        """
        start, end = edit.span()
        inside = self._between(start, end)
        text = compact("".join(cue.text for cue in edit.before))
        if not text or self.text(inside) == text:
            return tuple(inside)
        firsts = self._between(start - reach, start + reach)
        runs: list[range] = [run for first in firsts if (run := self._run(first, text))]

        def distance(run: Sequence[int]) -> float:
            return abs(self._middles[run[0]] - start) + abs(self._middles[run[-1]] - end)

        nearest: Sequence[int] = min(runs, key=distance, default=range(0))
        return tuple(nearest or inside)

    def corrected(self, edit: Edit, words: tuple[int, ...]) -> tuple[int, ...]:
        """The words under an edit whose text is recognised differently now.

        Without those of another voice that speaks at the same time and shares no text with the edit, and with
        scraps beside it.
        """
        spoken = [compact(word) for cue in edit.before for word in cue.text.split()]
        by_segment: dict[int, list[int]] = {}
        for k in words:
            by_segment.setdefault(self._words[k]["segment"], []).append(k)
        shares = {
            segment: _share(spoken, [self.text([k]) for k in members])
            for segment, members in by_segment.items()
        }
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= EDIT_MATCHING.alike:
            low, high = self._middles[by_segment[best][0]], self._middles[by_segment[best][-1]]
            beside = {
                segment
                for segment, members in by_segment.items()
                if segment != best
                and shares[segment] < EDIT_MATCHING.alike / 2
                and low <= self._middles[members[len(members) // 2]] <= high
            }
            words = tuple(k for k in words if self._words[k]["segment"] not in beside)
        if not words or self.text(words) == "".join(spoken):
            return words
        return self._with_scraps(edit, words)

    def _with_scraps(self, edit: Edit, words: tuple[int, ...]) -> tuple[int, ...]:
        """The words, and a short one on either side that stands apart from the speech around it."""
        start, end = edit.span()
        first, last = words[0] - 1, words[-1] + 1
        if (
            first >= 0
            and start - self._places[first].start < EDIT_MATCHING.scrap_s
            and self._apart(first - 1, first)
        ):
            words = (first, *words)
        if (
            last < len(self._words)
            and self._places[last].end - end < EDIT_MATCHING.scrap_s
            and self._apart(last, last + 1)
        ):
            words = (*words, last)
        return words

    def _apart(self, one: int, other: int) -> bool:
        """Whether two neighbours in the table do not belong to one stretch of speech."""
        if one < 0 or other >= len(self._words):
            return True
        pause = self._places[other].start - self._places[one].end
        same_speaker = self._words[one]["speaker"] == self._words[other]["speaker"]
        return not same_speaker or pause > EDIT_MATCHING.pause_s

    def _run(self, first: int, text: str) -> range | None:
        """The words from `first` on whose text is just this."""
        at = 0
        for k in range(first, len(self._words)):
            word = self.text([k])
            if not text.startswith(word, at):
                return None
            at += len(word)
            if at == len(text):
                return range(first, k + 1)
        return None

    def _between(self, start: float, end: float) -> list[int]:
        first, last = bisect_left(self._sorted, start), bisect_left(self._sorted, end)
        return sorted(self._order[first:last])
