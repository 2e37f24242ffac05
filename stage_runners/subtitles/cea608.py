"""Captions as byte pairs of CEA-608 (line 21): letters, places on the screen, parity, time codes.

Codes are those of 47 CFR 15.119 and ANSI/CTA-608-E. A pair is 16 bits without parity; one is sent per frame,
30000/1001 in a second. Codes of control and of special letters are sent twice, and count once.
"""

# ruff: noqa: RUF001 - letters of many scripts look alike

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence

from stage_runners.subtitles.iso6937 import INVISIBLE, SIMPLER

COLUMNS, ROWS = 32, 15
LOAD, ERASE_HIDDEN, SHOW, ERASE_SHOWN = 0x1420, 0x142E, 0x142F, 0x142C
"""Resume Caption Loading, Erase Non-Displayed Memory, End Of Caption, Erase Displayed Memory."""
_ROW = (
    0x1140, 0x1160, 0x1240, 0x1260, 0x1540, 0x1560, 0x1640, 0x1660, 0x1740, 0x1760, 0x1040, 0x1340, 0x1360,
    0x1440, 0x1460,
)  # fmt: skip
_TAB = 0x1720
_BASIC = {char: ord(char) for char in map(chr, range(0x20, 0x7B)) if char not in "*\\^_`"} | {
    "á": 0x2A, "é": 0x5C, "í": 0x5E, "ó": 0x5F, "ú": 0x60, "ç": 0x7B, "÷": 0x7C, "Ñ": 0x7D, "ñ": 0x7E,
}  # fmt: skip
_SPECIAL = {char: 0x1130 + k for k, char in enumerate("®°½¿™¢£♪à\0èâêîôû") if char != "\0"}
_EXTENDED = {
    char: first + k
    for first, chars in (
        (0x1220, "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»"),
        (0x1320, "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘"),
    )
    for k, char in enumerate(chars)
    if char != "'"  # which is a basic letter
}
"""Each takes the place of the letter before it, which is for decoders that do not know the extended ones."""
_PLAIN = {"‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "—": "-", "¡": "!", "ß": "s", "Ø": "O", "ø": "o"}


def known(text: str) -> tuple[str, int]:
    """The text in the letters of CEA-608, and how many it lacks, which are question marks."""
    result, lost = "", 0
    for char in unicodedata.normalize("NFC", text):
        if char in INVISIBLE:
            continue
        found = _character(char)
        lost += found is None
        result += "?" if found is None else found
    return result, lost


@functools.cache
def _character(char: str) -> str | None:
    return next((one for one in _ways(char) if one and all(map(_has, one))), None)


def _ways(char: str) -> Iterator[str]:
    yield char
    yield "'" if char == "’" else SIMPLER.get(char, "")
    yield unicodedata.normalize("NFKC", char)


def _has(char: str) -> bool:
    return char in _BASIC or char in _SPECIAL or char in _EXTENDED


def row(text: str, number: int) -> list[int]:
    """The pairs that write a text, of known letters, centred into row `number` (1 to 15)."""
    column = (COLUMNS - len(text)) // 2
    pairs = [_ROW[number - 1] | 0x10 | column // 4 << 1] * 2
    if column % 4:
        pairs += [_TAB | column % 4] * 2
    half: int | None = None
    for char in text:
        if char in _SPECIAL:
            code = _SPECIAL[char]
        elif char in _EXTENDED:
            code = _EXTENDED[char]
            letter = _BASIC[_stand_in(char)]
            half = _put(pairs, half, letter)
        else:
            half = _put(pairs, half, _BASIC[char])
            continue
        if half is not None:
            pairs.append(half << 8)
            half = None
        pairs += [code, code]
    if half is not None:
        pairs.append(half << 8)
    return pairs


def _put(pairs: list[int], half: int | None, letter: int) -> int | None:
    """Add a letter; the rest is the first half of a pair that waits for another letter."""
    if half is None:
        return letter
    pairs.append(half << 8 | letter)
    return None


def _stand_in(char: str) -> str:
    plain = _PLAIN.get(char) or unicodedata.normalize("NFD", char)[0]
    return plain if plain in _BASIC else "-"


def written(pairs: Sequence[int]) -> str:
    """The pairs in hexadecimal digits, each byte with odd parity in its highest bit."""
    return " ".join(f"{_odd(pair >> 8):02x}{_odd(pair & 0xFF):02x}" for pair in pairs)


def _odd(byte: int) -> int:
    return byte | (0x80 if byte.bit_count() % 2 == 0 else 0)


def frame(milliseconds: int) -> int:
    """The frame that is shown at a time, at 30000/1001 frames a second."""
    return round(milliseconds * 30 / 1001)


def time_code(number: int) -> str:
    """The drop-frame time code of a frame: two numbers are left out each minute but each tenth."""
    tens, rest = divmod(number, 17982)
    number += 18 * tens + (2 * ((rest - 2) // 1798) if rest > 1 else 0)
    seconds, frames = divmod(number, 30)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d};{frames:02d}"
