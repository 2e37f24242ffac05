"""Writes numerals as spoken, by num2words: English ones as words, those of other languages as text."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 15
"""Maximum digits of a number that is read as a number; longer ones are read digit by digit."""
_YEARS = range(1100, 2100)
_SAY_YEARS = frozenset({"en", "de", "nl", "da", "no"})
"""Languages in which a year is read differently from a number (and that num2words supports)."""
_INTEGER = re.compile(r"(?<![\d.,])(?:\d{1,3}([.,\u2009\u00a0])\d{3}(?:\1\d{3})*|\d+)(?![.,]?\d)")
"""A whole number in a text, in groups of three digits or without."""


def cardinal(number: int) -> list[str]:
    """`342` as three hundred forty two."""
    return _english(number, "cardinal")


def ordinal(number: int) -> list[str]:
    """`22` as twenty second."""
    return _english(number, "ordinal")


def plural(words: list[str]) -> list[str]:
    """`1990s` as nineteen nineties."""
    *head, last = words
    if last.endswith("y"):
        return [*head, last[:-1] + "ies"]
    return [*head, last + ("es" if last.endswith("x") else "s")]


def digits(text: str) -> list[str]:
    """`007` as zero zero seven."""
    return [word for char in text if char.isdigit() for word in cardinal(int(char))]


def read(text: str) -> list[str]:
    """An unsigned numeral without separators of thousands, `.` before decimals, as words."""
    whole, _, decimals = text.partition(".")
    whole = whole or "0"
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0"):
        words = digits(whole)
    elif len(whole) == 4 and int(whole) in _YEARS and not decimals:
        words = _english(int(whole), "year")
    else:
        words = cardinal(int(whole))
    return words + (["point", *digits(decimals)] if decimals else [])


def spelled(text: str, language: str) -> str:
    """The text with whole numbers written out; unchanged in a language that num2words does not support."""
    if not any(char.isdigit() for char in text):
        return text
    return _INTEGER.sub(lambda match: _spelled(match.group(), language), text)


@lru_cache(maxsize=4096)
def _spelled(numeral: str, language: str) -> str:
    from num2words import CONVERTER_CLASSES, num2words

    number = re.sub(r"\D", "", numeral)
    if language not in CONVERTER_CLASSES or len(number) > _LONGEST or (len(number) > 1 and number[0] == "0"):
        return numeral
    year = numeral == number and len(number) == 4 and int(number) in _YEARS and language in _SAY_YEARS
    return str(num2words(int(number), lang=language, to="year" if year else "cardinal"))


@lru_cache(maxsize=4096)
def _words(number: int, kind: str) -> tuple[str, ...]:
    from num2words import num2words

    return tuple(
        word for word in re.split(r"[\s,-]+", num2words(number, lang="en", to=kind)) if word != "and"
    )


def _english(number: int, kind: str) -> list[str]:
    """The words without the `and` of British English, because speakers use both forms."""
    return list(_words(number, kind))
