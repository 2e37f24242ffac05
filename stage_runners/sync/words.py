"""Evidence by words: where the text of a cue was recognised, if the subtitles are in the language spoken."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync.evidence import Grid, Spoken
from stage_runners.sync.thresholds import WORDS

Floats = NDArray[np.floating[Any]]
_TOKEN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts without spaces between words: each is a token."""


class Word(NamedTuple):
    """A token that was recognised in the film, and when it starts and ends, in seconds."""

    token: str
    start: float
    end: float


def tokens(text: str) -> list[str]:
    """The words of a text as they are compared: without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'").replace("'", ""))
    plain = "".join(char for char in plain if unicodedata.category(char) != "Mn" or _indic(char))
    return _TOKEN.findall(_UNSPACED.sub(lambda letter: f" {letter[0]} ", plain))


def _indic(char: str) -> bool:
    """Whether a mark is a vowel of its word, as in the scripts of India, and no accent."""
    return "\u0900" <= char <= "\u0dff" or "\u0600" <= char <= "\u06ff"


def words_of(rows: Sequence[tuple[str, float, float]]) -> list[Word]:
    """The tokens of recognised words (text, start, end), in order; the time of a word is shared evenly."""
    found = []
    for text, start, end in rows:
        parts = tokens(text)
        each = (end - start) / max(len(parts), 1)
        found += [Word(part, start + k * each, start + (k + 1) * each) for k, part in enumerate(parts)]
    return found


class WordEvidence:
    """The log odds of a cue at each offset, by the rare words of its text."""

    def __init__(self, words: Sequence[Word], grid: Grid, seconds: float) -> None:
        self._grid, self._seconds = grid, max(seconds, 1.0)
        times: dict[str, list[float]] = defaultdict(list)
        for word in words:
            times[word.token].append(word.start)
        self._times = {
            token: np.array(found) for token, found in times.items() if len(found) <= WORDS.most_often
        }

    def odds(self, cue: Spoken, ratio: float = 1.0) -> Floats | None:
        """The log odds at every offset; None if no word of the cue was recognised anywhere."""
        parts = tokens(cue.text)
        rare = [(k, self._times[part]) for k, part in enumerate(parts) if part in self._times]
        if not rare:
            return None
        grid, width = self._grid, WORDS.width_s
        total = np.zeros(grid.size)
        each = (cue.end - cue.start) / len(parts)
        reach = round(6 * width / grid.step)
        shape = np.exp(-np.abs(np.arange(-reach, reach + 1)) * grid.step / width) / (2 * width)
        elsewhere = 1.0 - WORDS.recognised
        total += len(rare) * np.log(elsewhere)
        for k, times in rare:
            gain = np.log1p(shape * (WORDS.recognised / elsewhere * self._seconds / len(times)))
            for offset in times - ratio * (cue.start + k * each):
                at = round((offset - grid.first) / grid.step)
                first, last = max(at - reach, 0), min(at + reach + 1, grid.size)
                if first < last:
                    total[first:last] += gain[first - at + reach : last - at + reach]
        return np.clip(total * WORDS.weight, WORDS.least, WORDS.most)


def anchors(cues: Sequence[Spoken], placed: Sequence[float], words: Sequence[Word]) -> dict[int, float]:
    """Where cues begin by their words: the time of the first word, by the index of the cue.

    `placed` are the coarse times of their starts. A cue counts if its first word was recognised within
    `WORDS.near_s` of its place, followed by another word of it.
    """
    starts = np.array([word.start for word in words])
    found: dict[int, float] = {}
    for index, (cue, start) in enumerate(zip(cues, placed, strict=True)):
        parts = tokens(cue.text)
        length = cue.end - cue.start
        first = int(np.searchsorted(starts, start - WORDS.near_s))
        last = int(np.searchsorted(starts, start + length + WORDS.near_s))
        there = [word.token for word in words[first:last]]
        blocks = SequenceMatcher(None, parts, there, autojunk=False).get_matching_blocks()
        block = blocks[0]
        if block.size and block.a == 0 and (block.size > 1 or len(parts) == 1 or len(blocks) > 2):
            found[index] = words[first + block.b].start
    return found
