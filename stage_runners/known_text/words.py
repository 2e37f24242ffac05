"""Words of a text as written, and their letters for comparisons: as spoken, in Latin letters, no case."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from stage_runners.alignment import numerals
from stage_runners.known_text.lines import Line
from stage_runners.text.grammar import NEVER_LAST, characters, ending, spaceless

_OPENING = NEVER_LAST | frozenset("\"'-–—")  # noqa: RUF001

_ALIKE = str.maketrans(
    {**dict.fromkeys("aeiouyvwh", ""), "q": "k", "c": "k", "z": "j", "x": "s", "f": "p", "m": "n"}
)
_MANY, _MOST = 12, 24
"""Words of a line after which it is divided at a clause, or anywhere."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text: `space` is whether a blank precedes it, `line` the index of its line."""

    text: str
    space: bool
    line: int
    letters: str


def words_of(lines: Sequence[Line], language: str) -> list[Word]:
    """The words of all lines in order; characters of a script without spaces are words of their own."""
    return [
        Word(text, space, index, letters(text, language))
        for index, line in enumerate(lines)
        for text, space in written(line.text)
    ]


def written(text: str) -> list[tuple[str, bool]]:
    """The words of a text with their punctuation, and whether a blank precedes each."""
    result: list[tuple[str, bool]] = []
    opening, opened = "", False
    for chunk in text.split():
        space = True
        for part in characters(chunk) if any(map(spaceless, chunk)) else [chunk]:
            if any(char.isalnum() for char in part):
                result.append((opening + part, opened if opening else space))
                opening = ""
            elif not result or opening or all(char in _OPENING for char in part):
                opened = opened if opening else space
                opening += part + (" " if part == chunk and not spaceless(part[-1]) and len(part) > 0 else "")
            else:
                before, blank = result[-1]
                result[-1] = (before + (" " if space else "") + part, blank)
            space = False
    if opening.strip() and result:
        before, blank = result[-1]
        result[-1] = (f"{before} {opening.strip()}", blank)
    return result


def letters(word: str, language: str) -> str:
    """Its letters and digits as spoken: numerals as words, no case, other alphabets in Latin letters.

    Recognition writes a weak language in a neighbour's alphabet, as Hindi in that of Urdu. Characters of
    scripts without spaces stay, because one of them is a syllable or a word.
    """
    return _letters(numerals.spelled(word, language))


@lru_cache(maxsize=65536)
def _letters(word: str) -> str:
    from anyascii import anyascii

    plain = unicodedata.normalize("NFKC", word).casefold()
    latin = "".join(char if spaceless(char) or char.isascii() else anyascii(char) for char in plain)
    return "".join(char for char in latin.casefold() if char.isalnum())


def consonants(letters: str) -> str:
    """The consonants, alike ones as one; its first letter if it has none.

    Recognition that writes a language in another alphabet has other vowels: Hindi in Urdu's letters has few.
    """
    plain = letters.translate(_ALIKE)
    squeezed = "".join(char for at, char in enumerate(plain) if not at or plain[at - 1] != char)
    return squeezed or letters[:1]


def divided(lines: Sequence[Line], language: str) -> tuple[list[Line], list[bool]]:
    """The lines by sentence, those without marks by some words; and whether each goes on in the next.

    A whole transcript may be one line, and what is spoken or not is decided for lines.
    """
    result: list[Line] = []
    goes_on: list[bool] = []
    for line in lines:
        words = written(line.text)
        start = 0
        for at, (text, _) in enumerate(words):
            following = words[at + 1][0] if at + 1 < len(words) else ""
            end = ending(text, following, language)
            count = at + 1 - start
            full = count >= _MOST or (count >= _MANY and end == "clause")
            if end == "sentence" or full or not following:
                part = "".join(
                    (" " if space and k else "") + t for k, (t, space) in enumerate(words[start : at + 1])
                )
                result.append(replace(line, text=part))
                goes_on.append(bool(following) and end != "sentence")
                start = at + 1
    return result, goes_on
