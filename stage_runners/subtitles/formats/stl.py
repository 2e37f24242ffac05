"""EBU STL (EBU Tech 3264-E, 1991): subtitles for exchange between broadcasters.

Open subtitles, centred, at the bottom, with time codes of 25 frames a second from 00:00:00:00. A block of
1024 bytes about the file comes first, then one of 128 bytes for every subtitle, or more for a long one.
"""

from __future__ import annotations

from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.iso6937 import TABLES, encoded
from stage_runners.subtitles.output_format import Document, Format, Noted, UnwritableError

_FRAMES = 25
_TEXT = 112
"""Bytes of text in a block."""
_LINE_END, _UNUSED = b"\x8a", b"\x8f"
_ROWS = 23
_MOST = 0xFFFF
"""Subtitles that can be numbered."""
_LOST = 0.05
"""Share of characters from which a file would be unreadable."""
_LANGUAGES = {
    "sq": "01", "br": "02", "ca": "03", "hr": "04", "cy": "05", "cs": "06", "da": "07", "de": "08",
    "en": "09", "es": "0A", "et": "0C", "eu": "0D", "fo": "0E", "fr": "0F", "gl": "13", "is": "14",
    "it": "15", "la": "17", "lv": "18", "lb": "19", "lt": "1A", "hu": "1B", "mt": "1C", "nl": "1D",
    "no": "1E", "oc": "1F", "pl": "20", "pt": "21", "ro": "22", "sr": "24", "sk": "25", "sl": "26",
    "fi": "27", "sv": "28", "tr": "29", "ar": "7E", "az": "7B", "be": "79", "bg": "77", "el": "70",
    "he": "6C", "id": "6A", "kk": "67", "mk": "63", "ms": "61", "fa": "5A", "ru": "56", "so": "51",
    "sw": "4F", "uk": "49", "uz": "47",
}  # fmt: skip
"""Codes of languages, in appendix 3; 00 for others."""


def write(document: Document) -> Noted:
    """The file, with a note on characters that its table lacks; `UnwritableError` if no table has most."""
    cues = [cue for cue in document.cues if cue.text(labels=True).strip()]
    if not cues:
        raise UnwritableError("it would have no subtitle")
    if len(cues) > _MOST:
        raise UnwritableError(f"EBU STL can number {_MOST} subtitles")
    texts = [cue.text(labels=True) for cue in cues]
    whole = "".join(texts)
    table = min(TABLES, key=lambda one: encoded(whole, one)[1])
    lost = encoded(whole, table)[1]
    if lost > _LOST * len(whole):
        raise UnwritableError(
            "EBU STL has no characters for this text: only Latin, Cyrillic, Greek, Hebrew and Arabic ones"
        )
    blocks = [block for number, cue in enumerate(cues) for block in _blocks(number, cue, table)]
    head = _head(document.language, table, cues, len(blocks), document.width)
    note = f"{lost} characters that EBU STL lacks are shown as ?" if lost else ""
    return Noted(head + b"".join(blocks), note)


def _head(language: str, table: str, cues: list[Cue], blocks: int, width: int) -> bytes:
    """The block about the file (GSI)."""
    first = "".join(f"{part:02d}" for part in _time(cues[0].start))
    fields = (
        ("850", 3), ("STL25.01", 8), ("0", 1), (table, 2), (_LANGUAGES.get(language, "00"), 2),
        ("", 32 * 6), ("", 16), ("000101", 6), ("000101", 6), ("00", 2),
        (f"{blocks:05d}", 5), (f"{len(cues):05d}", 5), ("001", 3), (f"{min(width, 99):02d}", 2),
        (f"{_ROWS}", 2), ("1", 1), ("00000000", 8), (first, 8), ("1", 1), ("1", 1),
        ("", 3 + 32 * 3 + 75 + 576),
    )  # fmt: skip
    return "".join(text.ljust(size) for text, size in fields).encode("ascii")


def _blocks(number: int, cue: Cue, table: str) -> list[bytes]:
    """The blocks of a subtitle (TTI): all but the last are numbered, the last is FF."""
    lines = cue.text(labels=True).split("\n")
    text = _LINE_END.join(encoded(line, table)[0] for line in lines)
    parts = [text[k : k + _TEXT] for k in range(0, len(text), _TEXT)]
    about = bytes([0]) + number.to_bytes(2, "little")
    times = bytes([*_time(cue.start), *_time(cue.end)])
    place = bytes([max(1, _ROWS - len(lines)), 2, 0])  # the first row, centred, no comment
    return [
        about + bytes([0xFF if k == len(parts) - 1 else k, 0]) + times + place + part.ljust(_TEXT, _UNUSED)
        for k, part in enumerate(parts)
    ]


def _time(milliseconds: int) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds and frames; the hours of a day are all that there is room for."""
    frames = round(milliseconds * _FRAMES / 1000)
    seconds, rest = divmod(frames, _FRAMES)
    return min(seconds // 3600, 23), seconds // 60 % 60, seconds % 60, rest


FORMAT = Format(
    name="stl",
    extension="stl",
    content="cues",
    media_type="application/x-ebu-stl",
    description="EBU STL for broadcasters: open subtitles with labels, 25 frames a second; "
    "Latin, Cyrillic, Greek, Hebrew and Arabic letters",
    write=write,
)
