"""Text in the character tables of EBU STL: ISO 6937 for Latin letters, parts of ISO 8859 for four others.

EBU Tech 3264, appendix 2. In ISO 6937 an accent is a byte of its own before its letter.
"""

# ruff: noqa: RUF001 - letters of many scripts look alike

from __future__ import annotations

import functools
import unicodedata

_ACCENTS = {
    0x300: 0xC1, 0x301: 0xC2, 0x302: 0xC3, 0x303: 0xC4, 0x304: 0xC5, 0x306: 0xC6, 0x307: 0xC7, 0x308: 0xC8,
    0x30A: 0xCA, 0x327: 0xCB, 0x30B: 0xCD, 0x328: 0xCE, 0x30C: 0xCF,
}  # fmt: skip
_ACCENTED = {
    0xC1: "AEIOUaeiou", 0xC2: "ACEILNORSUYZaceilnorsuyz", 0xC3: "ACEGHIJOSUWYaceghijosuwy",
    0xC4: "AINOUainou", 0xC5: "AEIOUaeiou", 0xC6: "AGUagu", 0xC7: "CEGIZcegz", 0xC8: "AEIOUYaeiouy",
    0xCA: "AUau", 0xCB: "CGKLNRSTcklnrst", 0xCD: "OUou", 0xCE: "AEIUaeiu", 0xCF: "CDELNRSTZcdelnrstz",
}  # fmt: skip
"""The letters that may have each accent."""
_SINGLE = (
    {char: char for char in map(chr, range(0x20, 0x7F))}
    | {"¡": "\xa1", "¢": "\xa2", "£": "\xa3", "¥": "\xa5", "§": "\xa7", "‘": "\xa9", "“": "\xaa",
       "«": "\xab", "°": "\xb0", "±": "\xb1", "²": "\xb2", "³": "\xb3", "×": "\xb4", "µ": "\xb5", "¶": "\xb6",
       "·": "\xb7", "÷": "\xb8", "’": "\xb9", "”": "\xba", "»": "\xbb", "¼": "\xbc", "½": "\xbd", "¾": "\xbe",
       "¿": "\xbf", "¹": "\xd1", "®": "\xd2", "©": "\xd3", "™": "\xd4", "♪": "\xd5", "¬": "\xd6", "¦": "\xd7",
       "Æ": "\xe1", "Đ": "\xe2", "ª": "\xe3", "Ħ": "\xe4", "Ł": "\xe8", "Ø": "\xe9", "Œ": "\xea", "º": "\xeb",
       "Þ": "\xec", "Ŧ": "\xed", "Ŋ": "\xee", "æ": "\xf1", "đ": "\xf2", "ð": "\xf3", "ħ": "\xf4", "ı": "\xf5",
       "ł": "\xf8", "ø": "\xf9", "œ": "\xfa", "ß": "\xfb", "þ": "\xfc", "ŧ": "\xfd", "ŋ": "\xfe"}
)  # fmt: skip
SIMPLER = {
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "―": "-", "…": "...", "„": "“", "‚": "‘", "‹": "‘",
    "›": "’", "\xa0": " ", "\u2009": " ", "\u202f": " ", "ʼ": "’", "´": "'", "`": "'", "♫": "♪", "♬": "♪",
}  # fmt: skip
"""Characters that few tables have, as ones that say the same."""
INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff\ufe0f"
)
TABLES = {"00": "", "01": "iso8859_5", "02": "iso8859_6", "03": "iso8859_7", "04": "iso8859_8"}
"""The tables by their number in the file, with Python's name; that of Latin letters has none."""


def encoded(text: str, table: str) -> tuple[bytes, int]:
    """The text in a table, and how many characters it lacks, which are question marks."""
    result, lost = bytearray(), 0
    for char in unicodedata.normalize("NFC", text):
        if char in INVISIBLE:
            continue
        found = _character(char, table)
        lost += found is None
        result += b"?" if found is None else found
    return bytes(result), lost


@functools.cache
def _character(char: str, table: str) -> bytes | None:
    """The bytes of a character, or of one that says the same; None if the table has neither."""
    ways = (char, SIMPLER.get(char, ""), unicodedata.normalize("NFKC", char))
    return next((found for way in ways if (found := _in(way, table)) is not None), None)


def _in(text: str, table: str) -> bytes | None:
    """The bytes of a text without anything that the table lacks; None if it lacks something."""
    if not text:
        return None
    if codec := TABLES[table]:
        try:
            found = text.encode(codec)
        except UnicodeEncodeError:
            return None
        return None if any(0x80 <= byte < 0xA0 for byte in found) else found
    parts = [_latin(char) for char in text]
    return None if None in parts else b"".join(part for part in parts if part)


def _latin(char: str) -> bytes | None:
    if char in _SINGLE:
        return _SINGLE[char].encode("latin-1")
    parts = unicodedata.normalize("NFD", char)
    letter, marks = parts[0], parts[1:]
    accent = _ACCENTS.get(ord(marks)) if len(marks) == 1 else None
    return bytes([accent, ord(letter)]) if accent and letter in _ACCENTED[accent] else None
