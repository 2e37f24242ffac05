"""Whisper's tokens as words, and words as segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from stage_runners.asr_chunks import Chunk
from stage_runners.asr_decode import Token
from stage_runners.languages import ending

_OPENING = "\"'“‘«¿¡([{-–—「『（"  # noqa: RUF001 - punctuation of many scripts looks alike
_SAID = frozenset("&+=@%#$£€¥°×÷")  # noqa: RUF001
"""Signs that are words where they stand alone."""
_PAUSE = 1.0
"""Seconds between two words that end a segment."""
_LONGEST_WORD = 1.5
"""Seconds that an attention time may give a word: longer ones hold the pause before or after it."""


class Word(NamedTuple):
    """A word without blanks; `space` says whether one stands before it. Times in seconds."""

    text: str
    space: bool
    start: float
    end: float
    probability: float


def words(tokens: Sequence[Token], chunk: Chunk, bias: float = 0.0) -> list[Word]:
    """Words in order, with times less `bias` that rise and lie within the chunk.

    Marks that nobody pronounces join the word they belong to; a symbol that stands alone stays a word (`&`).
    """
    result: list[Word] = []
    opening = ""
    opening_space = False
    clock = chunk.start
    for token in tokens:
        text, space = token.text.strip(), token.text.startswith(" ")
        if not text:
            continue
        if not _spoken(text, alone=space):
            if space and all(char in _OPENING for char in text):
                opening, opening_space = opening + text, opening_space or space
            elif result:
                last = result[-1]
                result[-1] = last._replace(text=last.text + (" " if space else "") + text)
            continue
        start = min(max(clock, token.start - bias), chunk.end)
        end = min(max(start, token.end - bias), chunk.end)
        clock = start
        result.append(Word(opening + text, opening_space or space, start, end, token.probability))
        opening, opening_space = "", False
    if opening and result:
        result[-1] = result[-1]._replace(text=result[-1].text + " " + opening)
    return [_without_pause(word) for word in result]


def segments(line: Sequence[Word]) -> list[list[Word]]:
    """Cut a window's words after sentences and at pauses."""
    if not line:
        return []
    groups = [[line[0]]]
    for before, word in pairwise(line):
        if ending(before.text, word.text) == "sentence" or word.start - before.end >= _PAUSE:
            groups.append([])
        groups[-1].append(word)
    return groups


def joined(line: Sequence[Word]) -> str:
    """The text of words, as it is written."""
    return "".join((" " if word.space else "") + word.text for word in line).strip()


def _spoken(text: str, *, alone: bool) -> bool:
    return any(char.isalnum() for char in text) or (alone and set(text) <= _SAID)


def _without_pause(word: Word) -> Word:
    """Cut a word that is far too long: a sentence's last one ends late, others begin early."""
    if word.end - word.start <= _LONGEST_WORD:
        return word
    if ending(word.text):
        return word._replace(end=word.start + _LONGEST_WORD)
    return word._replace(start=word.end - _LONGEST_WORD)
