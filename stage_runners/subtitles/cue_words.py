"""Which words each cue shows, and when each piece of its lines is said.

Cues hold text, and words hold times. A cue's words are found by their letters among those of its segments
near its time; after edits, or where the layout changed a text, the longest common runs of letters are taken.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.tokens import completed
from stage_runners.subtitles.word_spans import spans
from stage_runners.text.grammar import characters, spaceless

_NEAR_MS = 1500
"""Milliseconds around a cue in which its words lie: it may start late, or end early."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line, with the blank before it, from `start` to `end` in milliseconds.

    `word` is its row in the completed table of words, or None if no word was found and the time is that
    between its neighbours.
    """

    text: str
    start: int
    end: int
    word: int | None


def cue_words(document: Document) -> CueWords:
    """The words of a document's cues, found once for all formats."""
    kept = vars(document)
    if "_cue_words" not in kept:
        kept["_cue_words"] = CueWords(document)
    return cast("CueWords", kept["_cue_words"])


class CueWords:
    """The words of a document's cues. Rows of words are those of `completed`."""

    def __init__(self, document: Document) -> None:
        self.rows = completed(document.segments, document.words)
        self._spans = spans(self.rows, document.segments)
        self._letters = [_letters(row["text"]) for row in self.rows]
        middles = [(a + b) / 2 for a, b in self._spans]
        self._order = sorted(range(len(middles)), key=middles.__getitem__)
        self._sorted = [middles[k] for k in self._order]
        self._found: dict[Cue, list[list[int]]] = {}

    def pieces(self, cue: Cue) -> list[list[Piece]]:
        """The pieces of each line with text, without labels and dashes, within the time of the cue."""
        texts = [_cut(line.text) for line in cue.lines]
        flat = [text for line in texts for text in line]
        owners = self._owners(cue, flat)
        times = _timed([self._span(found, cue) for found in owners], cue, [len(text) for text in flat])
        made = iter(zip(flat, owners, times, strict=True))
        return [
            [
                Piece(text, *span, found[0] if found else None)
                for _, (text, found, span) in zip(line, made, strict=False)
            ]
            for line in texts
        ]

    def timed_lines(self, cue: Cue) -> list[list[Piece]] | None:
        """The pieces, or None if no word of the cue was found, as in a cue about a sound."""
        lines = self.pieces(cue)
        return lines if any(piece.word is not None for line in lines for piece in line) else None

    def cue_numbers(self, cues: Sequence[Cue]) -> list[int | None]:
        """For each row the number, from 1, of the first cue that shows the word; None if none does.

        A word without letters, such as a dash, is with the word before it.
        """
        result: list[int | None] = [None] * len(self.rows)
        for number, cue in enumerate(cues, 1):
            for found in self._owners(cue, [text for line in cue.lines for text in _cut(line.text)]):
                for k in found:
                    result[k] = result[k] or number
        for k, row in enumerate(self.rows):
            if not self._letters[k] and k and self.rows[k - 1]["segment"] == row["segment"]:
                result[k] = result[k - 1]
        return result

    def _owners(self, cue: Cue, texts: Sequence[str]) -> list[list[int]]:
        """The rows of the words in each of `texts`: those that share half of their letters with it."""
        if cue in self._found:
            return self._found[cue]
        near = self._near(cue)
        said = "".join(self._letters[k] for k in near)
        owner = [k for k in near for _ in self._letters[k]]
        shown = "".join(map(_letters, texts))
        at = [n for n, text in enumerate(texts) for _ in _letters(text)]
        result: list[list[int]] = [[] for _ in texts]
        shared = Counter(
            (at[second + step], owner[first + step])
            for first, second, size in _common(said, shown)
            for step in range(size)
        )
        for (text, k), count in shared.items():
            if 2 * count >= min(len(_letters(texts[text])), len(self._letters[k])):
                result[text].append(k)
        self._found[cue] = [sorted(found) for found in result]
        return self._found[cue]

    def _near(self, cue: Cue) -> list[int]:
        low = bisect_left(self._sorted, cue.start - _NEAR_MS)
        high = bisect_left(self._sorted, cue.end + _NEAR_MS)
        inside = sorted(self._order[low:high])
        segments = set(cue.segments)
        return [k for k in inside if self.rows[k]["segment"] in segments] or inside

    def _span(self, found: Sequence[int], cue: Cue) -> tuple[int, int] | None:
        if not found:
            return None
        start, end = self._spans[found[0]][0], self._spans[found[-1]][1]
        return min(max(start, cue.start), cue.end), min(max(end, cue.start), cue.end)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _cut(line: str) -> list[str]:
    """The pieces of a line that light up one after the other: words, or characters in scripts without blanks.

    Each has the blank before it; a mark alone joins what is before it.
    """
    result: list[str] = []
    for number, word in enumerate(line.split()):
        parts = characters(word) if any(map(spaceless, word)) else [word]
        for k, part in enumerate(parts):
            text = (" " if number and not k else "") + part
            if result and not _letters(part):
                result[-1] += text
            else:
                result.append(text)
    return result


def _common(said: str, shown: str) -> Iterator[tuple[int, int, int]]:
    """Common runs: place in `said`, place in `shown`, length."""
    if not shown:
        return
    if (at := said.find(shown)) >= 0 and said.find(shown, at + 1) < 0:
        yield at, 0, len(shown)
        return
    for block in difflib.SequenceMatcher(None, said, shown, autojunk=False).get_matching_blocks():
        yield block.a, block.b, block.size


def _timed(
    known: Sequence[tuple[int, int] | None], cue: Cue, lengths: Sequence[int]
) -> list[tuple[int, int]]:
    """A span for every piece: the unknown share the time between their neighbours; starts never fall."""
    result: list[tuple[int, int]] = []
    k = 0
    while k < len(known):
        span = known[k]
        before = result[-1] if result else (cue.start, cue.start)
        if span is not None:
            start = max(span[0], before[0])
            result.append((start, max(start, span[1])))
            k += 1
            continue
        last = k
        while last < len(known) and known[last] is None:
            last += 1
        following = known[last] if last < len(known) else None
        low = before[1] if result else cue.start
        high = max(low, following[0] if following else cue.end)
        total, done = sum(lengths[k:last]) or 1, 0
        for length in lengths[k:last]:
            first = low + (high - low) * done // total
            done += length
            result.append((first, low + (high - low) * done // total))
        k = last
    return result
