"""The cues of SubRip and WebVTT: every line of times, and the lines up to the next one.

Both as players read them. In WebVTT an empty line ends a cue, and a line of blanks does not: YouTube writes
such lines before a cue's text. (https://www.w3.org/TR/webvtt1/#webvtt-parser-algorithm)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stage_runners.subtitle_files import clock
from stage_runners.subtitle_files.entry import BLANKS, LONGEST, Entry, Row, rows_of

FINEST = 3
"""Digits of a fraction in SubRip and WebVTT."""
_TIMES = re.compile(
    rf"[ \t\ufeff]{{0,20}}(?P<start>{clock.PATTERN})[ \t]{{0,9}}-{{1,4}}[ \t]{{0,4}}>[ \t]{{0,9}}"
    rf"(?P<end>{clock.PATTERN})"
)
_LIKE_TIMES = re.compile(
    r"[ \t\ufeff]{0,20}-?\d{1,4}[ \t]{0,4}:[ \t]{0,4}\d[^<>]{0,40}-[ \t]{0,4}>(?:\s|\d|$)"
    r"|[^<>]{0,40}-->[ \t]{0,9}-?\d{1,4}[ \t]{0,4}:[ \t]{0,4}\d"
)
"""A line that begins as a time does with an arrow behind it, or one with an arrow and a time behind that."""
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|$)")


class _Head(NamedTuple):
    """A line of times: its place in the lines, what was found in it, and whether a note has it."""

    at: int
    found: re.Match[str] | None
    note: bool


def entries(kind: str, text: str) -> Iterator[Entry]:
    """The cues of a text of this kind, `srt` or `vtt`."""
    rows = list(rows_of(text))
    heads = list(_vtt_heads(rows) if kind == "vtt" else _srt_heads(rows))
    numbered = _numbered(rows, heads)
    for k, head in enumerate(heads):
        end = heads[k + 1].at if k + 1 < len(heads) else len(rows)
        body = rows[head.at + 1 : end]
        if kind == "vtt":
            body = body[: _blank(rows, body)]
        _strip(body)
        if numbered and body and k + 1 < len(heads) and _is_number(body[-1]):
            body.pop()
            _strip(body)
        yield _entry(kind, rows[head.at], head, body)


def _strip(body: list[Row]) -> None:
    while body and not body[-1].text.strip():
        body.pop()


def unread_blocks(text: str) -> list[str]:
    """`STYLE` and `REGION` for each such block of a WebVTT."""
    found = []
    before = ""
    for row in rows_of(text):
        if not before.strip() and (block := _BLOCK.match(row.text)) and block[1] != "NOTE":
            found.append(block[1])
        before = row.text
    return found


def _srt_heads(rows: Sequence[Row]) -> Iterator[_Head]:
    for at, row in enumerate(rows):
        if len(row.text) <= LONGEST and ((found := _TIMES.match(row.text)) or _LIKE_TIMES.match(row.text)):
            yield _Head(at, found, note=False)


def _vtt_heads(rows: Sequence[Row]) -> Iterator[_Head]:
    """The lines of times; of a block without, its arrow in the first or second line is a damaged one."""
    begin, block, timed = 0, "", False
    for at, row in enumerate(rows):
        if not row.text.strip():
            begin, block, timed = at + 1, "", False
            continue
        if at == begin:
            block = found[1] if (found := _BLOCK.match(row.text)) else ""
        if block in {"STYLE", "REGION"} or len(row.text) > LONGEST:
            continue
        times = _TIMES.match(row.text)
        arrow = "-->" in row.text and not timed and not block and at <= begin + 1
        if times or arrow or (not block and _LIKE_TIMES.match(row.text)):
            timed = True
            yield _Head(at, times, note=block == "NOTE")


def _numbered(rows: Sequence[Row], heads: Sequence[_Head]) -> bool:
    """Whether the cues have numbers: the first has one, or most have one directly before their times."""
    if not heads:
        return False
    above = next((row for row in reversed(rows[: heads[0].at]) if row.text.strip()), None)
    direct = sum(head.at > 0 and _is_number(rows[head.at - 1]) for head in heads)
    return (above is not None and _is_number(above)) or 2 * direct > len(heads)


def _is_number(row: Row) -> bool:
    return row.text.strip(" \t\ufeff").isdecimal()


def _blank(rows: Sequence[Row], body: Sequence[Row]) -> int:
    """The number of lines before the empty one that ends a cue; in a file without any, one of blanks does."""
    only_blanks = all(row.text for row in rows)
    return next(
        (k for k, row in enumerate(body) if not (row.text.strip() if only_blanks else row.text)), len(body)
    )


def _entry(kind: str, row: Row, head: _Head, body: Sequence[Row]) -> Entry:
    first = body[0].at if body else row.at + len(row.text)
    entry = Entry(
        line=row.number,
        written=row.text.strip(),
        text="\n".join(line.text for line in body).strip(BLANKS),
        first=first,
        last=body[-1].at + len(body[-1].text) if body else first,
        sort="comment" if head.note else "cue",
        settings=row.text[head.found.end() :].strip() if head.found else "",
    )
    if head.found is None:
        return entry
    spans = ((head.found[name], row.at + head.found.start(name)) for name in ("start", "end"))
    point = "." if kind == "vtt" else ","
    return entry.at(*(clock.read(text, at, least_digits=FINEST, point=point) for text, at in spans))
