"""Joins an engine's tokens to words, and words to segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from stage_runners.asr.thresholds import WORDS
from stage_runners.recognition.recognizer import Token
from stage_runners.recognition.windows import Chunk
from stage_runners.text.grammar import clings, ending, spaceless

_OPENING = "\"'“‘«¿¡([{-–—「『（"  # noqa: RUF001 - punctuation of many scripts looks alike
_BRACKETS = "「『（【《〈〔([{«¿¡"  # noqa: RUF001
"""Marks that open something even without a space before them."""
_SAID = frozenset("&+=@%#$£€¥°×÷")  # noqa: RUF001
"""Signs that count as words if they stand alone."""
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages without spaces, whose tokens are split into characters."""
_BEHIND = "ะาำๅະາຳ"
"""Vowels of Thai and Lao that follow their consonant, which Unicode classes as letters."""
_AHEAD = "เแโใไເແໂໃໄ"
"""Vowels that precede it (Unicode's property Logical_Order_Exception)."""
_INSIDE = ".,:-'’/_@&+"  # noqa: RUF001


class Word(NamedTuple):
    """A word without spaces; `space` is whether one precedes it. Times are in seconds.

    `probability` is None if the engine does not measure it.
    """

    text: str
    space: bool
    start: float
    end: float
    probability: float | None


def words(tokens: Sequence[Token], chunk: Chunk, bias: float = 0.0, language: str = "") -> list[Word]:
    """Words in order, with ascending times inside the chunk; `bias` is subtracted from the times.

    Punctuation joins the word it belongs to; a symbol that stands alone (`&`) is a word.
    """
    if language in UNSPACED:
        tokens = whole(tokens)
    result: list[Word] = []
    opening = ""
    opening_space = False
    clock = chunk.start
    for token in tokens:
        text, space = token.text.strip(), token.text.startswith(" ")
        if not text:
            continue
        if not _spoken(text, alone=space):
            if all(char in (_OPENING if space else _BRACKETS) for char in text):
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


def whole(tokens: Sequence[Token]) -> list[Token]:
    """Tokens of a language without spaces as characters and whole foreign words.

    Whisper splits such text at any end of a character. Vowels and marks are joined to their letter, and the
    pieces of a foreign word or number to each other; a separate space is joined to the token after it.
    """
    result: list[Token] = []
    blank = ""
    for token in tokens:
        text = blank + token.text
        blank = ""
        if not text.strip():
            blank = " " if text and result else ""
        elif result and _goes_on(result[-1].text, text):
            last = result[-1]
            end = max(last.end, token.end)
            result[-1] = Token(last.text + text, last.start, end, _both(last, token))
        else:
            result.append(token._replace(text=text))
    return result


def _both(last: Token, token: Token) -> float | None:
    """The mean probability of two tokens, by their letters."""
    if last.probability is None or token.probability is None:
        return None
    share = len(token.text) / len(last.text + token.text)
    return (1 - share) * last.probability + share * token.probability


def _goes_on(before: str, text: str) -> bool:
    """Whether `text` is written without a space after the token before it."""
    last, first = before[-1], text[0]
    if clings(first) or first in _BEHIND or last in _AHEAD:
        return True
    if not first.isalnum() or spaceless(first):
        # a full stop or a hyphen can be inside a number or a foreign word
        return first in _INSIDE and last.isalnum() and not spaceless(last)
    bare = before.rstrip(_INSIDE)
    return bool(bare) and bare[-1].isalnum() and not spaceless(bare[-1])


def segments(line: Sequence[Word]) -> list[list[Word]]:
    """Split a window's words after sentences and at pauses."""
    if not line:
        return []
    groups = [[line[0]]]
    for before, word in pairwise(line):
        if ending(before.text, word.text) == "sentence" or word.start - before.end >= WORDS.pause:
            groups.append([])
        groups[-1].append(word)
    return groups


def joined(line: Sequence[Word]) -> str:
    """The text of the words, with their spaces."""
    return "".join((" " if word.space else "") + word.text for word in line).strip()


def _spoken(text: str, *, alone: bool) -> bool:
    return any(char.isalnum() for char in text) or (alone and set(text) <= _SAID)


def _without_pause(word: Word) -> Word:
    """Shorten a word that is far too long: the last word of a sentence ends late, others begin early."""
    if word.end - word.start <= WORDS.longest:
        return word
    if ending(word.text):
        return word._replace(end=word.start + WORDS.longest)
    return word._replace(start=word.end - WORDS.longest)
