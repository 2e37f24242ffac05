"""Cuts a text into the units that Qwen3-ForcedAligner was trained on, and relates them to our words.

A unit is a word without punctuation, a Chinese character, or in Japanese a word of the tagger nagisa, with
which its training texts were cut. (For Korean the authors cut words further, by a dictionary; Transformers,
and this module, do not.) Ours are words, and single characters in scripts without spaces: so several units
can be one of our words, and in Japanese several of our words one unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit, and the parts of it that are our words: index, and the part's start and end from 0 to 1."""

    text: str
    words: tuple[tuple[int, float, float], ...]


def units_of(words: Sequence[str], language: str) -> list[Unit]:
    """The units of our words, in order; words without letters are in none."""
    kept = ["".join(filter(_is_kept, word)) for word in words]
    whole = "".join(kept)
    bounds = [0, *accumulate(map(len, kept))]
    cuts = _japanese(words, whole) if language == "ja" else None
    if cuts is None:
        cuts = set(bounds) | {k + side for k, char in enumerate(whole) if _is_han(char) for side in (0, 1)}
    result = []
    for start, end in pairwise(sorted(cuts)):
        size = end - start
        inside = [
            (place, (max(first, start) - start) / size, (min(last, end) - start) / size)
            for place, (first, last) in enumerate(pairwise(bounds))
            if first < end and last > start
        ]
        result.append(Unit(whole[start:end], tuple(inside)))
    return result


def _japanese(words: Sequence[str], whole: str) -> set[int] | None:
    """The places of the tagger's cuts in the text without punctuation; None if it changed the text."""
    import nagisa

    tagged = ["".join(filter(_is_kept, word)) for word in nagisa.tagging("".join(words)).words]
    return {0, *accumulate(map(len, tagged))} if "".join(tagged) == whole else None


def _is_kept(char: str) -> bool:
    return char == "'" or unicodedata.category(char)[0] in "LN"


def _is_han(char: str) -> bool:
    return "CJK" in unicodedata.name(char, "") and "IDEOGRAPH" in unicodedata.name(char, "")
