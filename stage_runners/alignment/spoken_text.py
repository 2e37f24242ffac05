"""Converts a written English word to the words of a pronouncing dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from stage_runners.alignment import numerals as numbers

_SPELLINGS = {
    "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor", "st": "saint",
    "jr": "junior", "sr": "senior", "vs": "versus", "etc": "et cetera", "capt": "captain", "sgt": "sergeant",
    "lt": "lieutenant", "gen": "general", "gov": "governor", "sen": "senator", "rev": "reverend",
    "mt": "mount",
    "ave": "avenue", "dept": "department", "approx": "approximately", "e.g": "e. g.", "i.e": "i. e.",
    "km": "kilometers", "kg": "kilograms", "cm": "centimeters", "mm": "millimeters", "mph": "miles per hour",
    "kmh": "kilometers per hour", "lbs": "pounds", "ft": "feet",
}  # fmt: skip
_AFTER_NUMBER = {"km", "kg", "cm", "mm", "mph", "kmh", "lbs", "ft"}
"""Units: spelled out directly after a number in the same word (`5km`), else separate words."""
_SYMBOLS = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees", "#": "number",
    "\u00d7": "times", "÷": "divided by", "<": "less than", ">": "greater than", "§": "section", "½": "half",
    "¼": "quarter", "¾": "three quarters",
}  # fmt: skip
_MONEY = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent"), "¥": ("yen", "")}
_SAME_PLURAL = {"yen"}
_MAGNITUDES = {"hundred", "thousand", "million", "billion", "trillion"}
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+|[^\W\d_]+(?:['.][^\W\d_]+)*|[^\w\s]|_")
_ORDINAL = re.compile(r"(\d[\d,]*)(st|nd|rd|th)\b", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_MONEY_SUM = re.compile(r"([$£€¥])(\d[\d,]*)(?:\.(\d\d))?(?!\d)")
_PLURAL = re.compile(r"'?(\d+)'?s\b")


def spoken(text: str, in_dictionary: Callable[[str], bool], following: str = "") -> list[str]:
    """The spoken words of the written `text`; empty if nothing is spoken.

    `in_dictionary` is whether the dictionary has a word; other words need a pronunciation, and consist of the
    letters a to z and apostrophes. `following` is the next written word (`$5` before `million`).
    """
    plain = _plain(text)
    whole = plain.strip('"()[]{}<>,;:!?-/*_~|').lower()
    if in_dictionary(whole) and not whole.isdigit():
        return [whole]
    bare = whole.strip(".'")
    if bare in _SPELLINGS and bare not in _AFTER_NUMBER:
        return _SPELLINGS[bare].split()
    if in_dictionary(bare) and not bare.isdigit():
        return [bare]
    return _parts(plain.strip(), in_dictionary, _plain(following).strip(" .,;:!?").lower())


def _plain(text: str) -> str:
    """Compatibility forms resolved, accents dropped, one kind of apostrophe and dash."""
    text = text.replace("½", " ½").replace("¼", " ¼").replace("¾", " ¾")
    folded = "".join(
        char if char in "½¼¾" else unicodedata.normalize("NFKD", char) for char in text.translate(_DASHES)
    )
    return "".join(char for char in folded if unicodedata.category(char) != "Mn")


_DASHES = str.maketrans({
    "’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "‑": "-", "−": "-",  # noqa: RUF001
    "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "œ": "oe",
})  # fmt: skip


def _parts(text: str, in_dictionary: Callable[[str], bool], following: str) -> list[str]:
    words: list[str] = []
    position = 0
    while position < len(text):
        if found := _numeral(text, position, following):
            heard, position = found
            words.extend(heard)
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            position += 1
            continue
        after_number = position > 0 and text[position - 1].isdigit()
        words.extend(_part(match.group(), in_dictionary, after_number=after_number))
        position = match.end()
    return words


def _numeral(text: str, position: int, following: str) -> tuple[list[str], int] | None:
    """Numerals that are more than a number: money, times, ordinals, decades."""
    if match := _MONEY_SUM.match(text, position):
        return _money(*match.groups(), following=following), match.end()
    if match := _CLOCK.match(text, position):
        hours, minutes = match.groups()
        low = ["oh", *numbers.digits(minutes[1])] if minutes[0] == "0" else numbers.cardinal(int(minutes))
        return numbers.cardinal(int(hours)) + (low if int(minutes) else []), match.end()
    if match := _ORDINAL.match(text, position):
        digits = match.group(1).replace(",", "")
        if len(digits) <= 15:
            return numbers.ordinal(int(digits)), match.end()
    if match := _PLURAL.match(text, position):
        return numbers.plural(numbers.read(match.group(1))), match.end()
    return None


def _money(symbol: str, whole: str, small: str | None, *, following: str) -> list[str]:
    unit, cent = _MONEY[symbol]
    amount = whole.replace(",", "")
    if following in _MAGNITUDES:
        return numbers.read(amount)
    # an amount of money is not a year: $1984 is one thousand nine hundred eighty four
    words = numbers.cardinal(int(amount)) if len(amount) <= 15 else numbers.digits(amount)
    words.append(unit if amount == "1" or unit in _SAME_PLURAL else unit + "s")
    if small and int(small) and cent:
        words += [*numbers.cardinal(int(small)), "pence" if cent == "penny" else cent + "s"]
    return words


def _part(token: str, in_dictionary: Callable[[str], bool], *, after_number: bool) -> list[str]:
    if token[0].isdigit() or (token[0] == "." and len(token) > 1):
        plain = token.replace(",", "")
        grouped = token.rstrip(",") != plain and len(plain) <= 15 and plain.isdigit()
        return numbers.cardinal(int(plain)) if grouped else numbers.read(plain)
    if token in _SYMBOLS:
        return _SYMBOLS[token].split()
    if token in _MONEY:
        return [_MONEY[token][0] + "s"]
    lower = "".join(char for char in token.lower() if "a" <= char <= "z" or char in "'.")
    if after_number and lower in _SPELLINGS:
        return _SPELLINGS[lower].split()
    if in_dictionary(lower):
        return [lower]
    letters = lower.replace(".", "").replace("'", "")
    if not letters:
        return []
    if "." in lower or (token.isupper() and len(letters) <= 4) or not set(letters) & set("aeiouy"):
        return [f"{char}." for char in letters]
    return [lower.strip("'").replace(".", "")]
