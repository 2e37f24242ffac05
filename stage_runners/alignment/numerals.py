"""English numerals as they are read aloud."""

from __future__ import annotations

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_LONGEST = 15


def cardinal(number: int) -> list[str]:
    """`342` as three hundred forty two."""
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        return [_TENS[number // 10]] + ([_SMALL[number % 10]] if number % 10 else [])
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            return [*cardinal(number // scale), name] + (cardinal(rest) if rest else [])
    raise AssertionError(number)


def ordinal(number: int) -> list[str]:
    """`22` as twenty second."""
    *head, last = cardinal(number)
    if last in _ORDINALS:
        return [*head, _ORDINALS[last]]
    return [*head, last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th"]


def year(number: int) -> list[str]:
    """`1984` as nineteen eighty four, `2005` as two thousand five, `1900` as nineteen hundred."""
    high, low = divmod(number, 100)
    if number % 1000 < 10:
        return cardinal(number)
    if low == 0:
        return [*cardinal(high), "hundred"]
    return [*cardinal(high), *(["oh"] if low < 10 else []), *cardinal(low)]


def plural(words: list[str]) -> list[str]:
    """`1990s` as nineteen nineties."""
    *head, last = words
    if last.endswith("y"):
        return [*head, last[:-1] + "ies"]
    return [*head, last + ("es" if last.endswith("x") else "s")]


def digits(text: str) -> list[str]:
    """`007` as zero zero seven."""
    return [_SMALL[int(char)] for char in text if char.isdigit()]


def read(text: str) -> list[str]:
    """An unsigned numeral without separators of thousands, `.` before decimals, as words."""
    whole, _, decimals = text.partition(".")
    whole = whole or "0"
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0"):
        words = digits(whole)
    elif len(whole) == 4 and 1100 <= int(whole) < 2100 and not decimals:
        words = year(int(whole))
    else:
        words = cardinal(int(whole))
    return words + (["point", *digits(decimals)] if decimals else [])
