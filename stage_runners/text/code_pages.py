"""Guesses the legacy code page of a text by its language; charset-normalizer decides between several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ipc.text_files import WESTERN, Decoded, decoded
from stage_runners.text.iso639 import language

_PAGES = """
cs pl hu sk sl hr ro bs sq: cp1250 iso8859_2 cp852
ru be bg mk sr tg mn kk ky tt ba: cp1251 koi8_r cp866 iso8859_5
uk: cp1251 koi8_u cp866
el: cp1253 iso8859_7
tr az: cp1254
he yi: cp1255 iso8859_8
ar fa ur ps sd: cp1256 iso8859_6
lt lv et: cp1257 iso8859_13
vi: cp1258
th: cp874
ja: cp932 euc_jp
zh: gb18030 big5hkscs
yue: big5hkscs gb18030
ko: cp949
"""
PAGES = {
    code: tuple(pages.split())
    for codes, _, pages in (row.partition(":") for row in _PAGES.strip().splitlines())
    for code in codes.split()
}
"""The code pages of languages that do not use Windows-1252, the most usual first."""
_MAC_PAGES = """
cs pl hu sk: mac_latin2
sl hr bs: mac_croatian
ro: mac_romanian
ru uk be bg mk sr: mac_cyrillic
el: mac_greek
tr: mac_turkish
is: mac_iceland
"""
MAC_PAGES = {
    code: page
    for codes, _, page in (row.partition(": ") for row in _MAC_PAGES.strip().splitlines())
    for code in codes.split()
}
"""The code pages of an old Macintosh other than Mac Roman; its lines end with a carriage return alone."""
_RUN = re.compile(rb"[\x80-\xff]{4,}")
_INSIDE = re.compile(r"(?<=\w)[\xa1-\xbf\u2030-\u2bff](?=\w)")
"""A sign or a box in the middle of a word, which another code page has as a letter."""
_CONTROL = re.compile(r"[\x80-\x84\x86-\x9f]")
_ISO_2022 = re.compile(rb"\x1b(\$|\([BJ])")
"""Shifts of ISO-2022-JP, which is text in 7 bits."""


def read_text(data: bytes, spoken: str = "", declared: str = "") -> Decoded:
    """The text of a file; `ipc.text_files.NotTextError` if it is none.

    `spoken` is the language's code and `declared` the encoding that the file names, each empty if unknown.
    """
    if _ISO_2022.search(data):
        data = _unshifted(data)

    def guess(data: bytes) -> str | None:
        if declared and _fits(data, declared):
            return declared
        return _guess(data, spoken)

    return decoded(data, guess)


def _unshifted(data: bytes) -> bytes:
    try:
        return data.decode("iso2022_jp").encode()
    except UnicodeDecodeError:
        return data


def _guess(data: bytes, spoken: str) -> str | None:
    mac = b"\r" in data and b"\n" not in data
    if spoken:
        code = language(spoken).code
        pages = PAGES.get(code, (WESTERN,))
        if mac and (code in MAC_PAGES or pages == (WESTERN,)):
            pages = (*pages, MAC_PAGES.get(code, "mac_roman"))
        return _of(data, pages) or _of(data, (WESTERN,))
    # A western text has single letters outside ASCII. Other scripts have whole words of them, and a few names
    # are too little to tell those scripts apart.
    return WESTERN if _fits(data, WESTERN) and not _RUN.search(data) else None


def _of(data: bytes, pages: Sequence[str]) -> str | None:
    """The most probable of these code pages; None if the text fits into none."""
    fitting = [page for page in pages if _fits(data, page)]
    least = min((_odd(data.decode(page)) for page in fitting), default=0)
    fitting = [page for page in fitting if _odd(data.decode(page)) == least]
    if len(fitting) < 2:
        return next(iter(fitting), None)
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=list(fitting)).best()
    found = best.encoding if best is not None else ""
    return found if found in fitting else fitting[0]


def _odd(text: str) -> int:
    """The number of signs in the middle of words, and of capitals after small letters outside ASCII."""
    capitals = sum(
        first.islower() and second.isupper() and not (first + second).isascii()
        for first, second in pairwise(text)
    )
    return len(_INSIDE.findall(text)) + capitals


def _fits(data: bytes, codec: str) -> bool:
    """Whether the bytes are text in this encoding, without control characters."""
    try:
        return not _CONTROL.search(data.decode(codec))
    except (UnicodeError, LookupError):
        return False
