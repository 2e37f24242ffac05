"""Decodes a text file of any origin: a reference, a cast, an .nfo.

A byte order mark decides; without one, zero bytes show UTF-16 or UTF-32, and text that is valid UTF-8 is
UTF-8. The rest is of a legacy code page, which no byte names: the caller knows the pages of the text's
language (`stage_runners/text/code_pages.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import NamedTuple

WESTERN = "cp1252"
"""Windows-1252: what most programs call ISO-8859-1, with quotes and dashes for its control characters."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
_WIDTHS = {"utf-32-le": 4, "utf-32-be": 4, "utf-16-le": 2, "utf-16-be": 2}
_NAMES = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}
_BLANK = frozenset("\t\n\r\f\v\x1a\x85")
"""Control characters of text files: DOS ends a file with 0x1A, EBCDIC a line with 0x85."""
ASCII = 0x7F
"""The last code that a byte stands for in every encoding."""
_DAMAGED = 2
"""A text with at least this many valid letters of UTF-8 for each wrong byte is damaged UTF-8."""


class Decoded(NamedTuple):
    """The text with line feeds only, and the usual name of its encoding.

    `guessed` is whether the bytes do not prove the encoding.
    """

    text: str
    encoding: str
    guessed: bool = False


class NotTextError(ValueError):
    """The file is no text, or text that is damaged: the message states what is wrong, without the file."""


Guess = Callable[[bytes], "str | None"]
"""Returns Python's name of the code page of a text, or None."""


def decoded(data: bytes, guess: Guess = lambda _: WESTERN) -> Decoded:
    """The text of a file; `NotTextError` if it is none. `guess` is asked if the encoding is a legacy one."""
    codec, text, guessed = _read(data, guess)
    if (at := next((k for k, char in enumerate(text) if _control(char)), -1)) >= 0:
        code = f"U+{ord(text[at]):04X}"
        raise NotTextError(f"not a text file: line {_line(text[:at])} has the control character {code}")
    return Decoded(_plain_lines(text), encoding_name(codec), guessed)


def encoding_name(codec: str) -> str:
    """The usual name of an encoding: `Windows-1252` for Python's `cp1252`."""
    if codec in _NAMES:
        return _NAMES[codec]
    if codec.startswith("mac_"):
        return codec.replace("_", " ").title()
    if codec.startswith("cp125"):
        return f"Windows-{codec[2:]}"
    return codec.upper().replace("_", "-").replace("ISO8859", "ISO-8859")


def _read(data: bytes, guess: Guess) -> tuple[str, str, bool]:
    """The codec, the text, and whether the codec is a guess."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            return codec, _strictly(body[: len(body) - len(body) % _WIDTHS.get(codec, 1)], codec), False
    if b"\0" in data:
        codec, text = _wide(data)
        return codec, text, False
    try:
        return "utf-8", data.decode(), False
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            byte = data[error.start]
            line = _line(_plain_lines(data[: error.start].decode()))
            raise NotTextError(
                f"damaged UTF-8: line {line} has the byte 0x{byte:02x}, which is no letter"
            ) from error
    if (guessed := guess(data)) is None:
        first = next(k for k, byte in enumerate(data) if byte > ASCII)
        line = _line(_plain_lines(data[:first].decode()))
        raise NotTextError(
            f"not Unicode, and in no known code page: line {line} has the byte 0x{data[first]:02x}"
        )
    return guessed, _strictly(data, guessed), True


def _strictly(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = _line(_plain_lines(data[: error.start].decode(codec, errors="replace")))
        raise NotTextError(f"damaged {encoding_name(codec)}: line {line} cannot be read") from error


def _wide(data: bytes) -> tuple[str, str]:
    """UTF-16 or UTF-32 without a mark: the one in which the text has no zero, and most blanks and digits."""
    found: list[tuple[int, str, str]] = []
    for codec, width in _WIDTHS.items():
        try:
            text = data[: len(data) - len(data) % width].decode(codec)
        except UnicodeDecodeError:
            continue
        blanks = sum(char in "\n\r\t 0123456789<>" for char in text)
        if blanks and not any(map(_control, text)):
            found.append((blanks, codec, text))
    if not found:
        raise NotTextError("not a text file: it has zero bytes")
    _, codec, text = max(found)
    return codec, text


def _mostly_utf8(data: bytes) -> bool:
    """Whether the text is UTF-8 but for a few bytes."""
    text = data.decode(errors="replace")
    wrong = text.count("\ufffd")
    return sum(ord(char) > ASCII for char in text) - wrong >= _DAMAGED * wrong


def _control(char: str) -> bool:
    return (char < " " or "\x7f" <= char <= "\x9f") and char not in _BLANK


def _plain_lines(text: str) -> str:
    """The text with line feeds as line ends, without a mark at its start and DOS's end."""
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")


def _line(before: str) -> int:
    """The number of the line, from 1, that follows this text."""
    return before.count("\n") + 1
