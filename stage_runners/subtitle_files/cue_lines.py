"""The cues of SubRip and WebVTT: every line of times, and the lines up to the next one.

Both as players read them. In WebVTT an empty line ends a cue, and a line of blanks does not: YouTube writes
such lines before a cue's text. (https://www.w3.org/TR/webvtt1/#webvtt-parser-algorithm)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_DIGITS = 9
"""Digits of a cue's number at most; Python refuses to read thousands."""
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
    numbering = _Numbering.of(rows, heads)
    blanks_end = all(row.text for row in rows)  # in a WebVTT without any empty line, one of blanks ends a cue
    for k, head in enumerate(heads):
        following = heads[k + 1].at if k + 1 < len(heads) else len(rows)
        body = rows[head.at + 1 : following]
        if kind == "vtt":
            ends = (at for at, row in enumerate(body) if not (row.text.strip() if blanks_end else row.text))
            body = body[: next(ends, len(body))]
        ended = len(body) < following - head.at - 1
        _strip(body)
        if numbering and k + 1 < len(heads) and not (kind == "vtt" and ended):
            numbering.take(body, following - head.at - len(body) - 1)
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


@dataclass(kw_only=True)
class _Numbering:
    """The numbers of cues: that of the present one if it has one, and how many empty lines follow each."""

    number: int | None
    gap: int

    @classmethod
    def of(cls, rows: Sequence[Row], heads: Sequence[_Head]) -> _Numbering | None:
        """None if cues have no numbers: neither the first has one, nor most directly before their times."""
        if not heads:
            return None
        first = heads[0].at
        above = next((at for at in reversed(range(first)) if rows[at].text.strip()), None)
        if above is not None and (number := _number(rows[above])) is not None:
            return cls(number=number, gap=first - above - 1)
        direct = sum(head.at > 0 and _number(rows[head.at - 1]) is not None for head in heads)
        return cls(number=None, gap=0) if 2 * direct > len(heads) else None

    def take(self, body: list[Row], gap: int) -> None:
        """Take the next cue's number off the end of a body, behind which as many empty lines stand.

        A number apart from the times is the text of a cue before one that lacks its number, unless it stands
        alone, and numbers in this file do so, or it counts on.
        """
        own, self.number = self.number, None
        if not body or (number := _number(body[-1])) is None:
            return
        alone = len(body) > 1 and not body[-2].text.strip()
        counts_on = own is not None and number == own + 1
        if gap == 0 or (alone and (gap <= self.gap or counts_on)):
            self.number = number
            body.pop()
            _strip(body)


def _number(row: Row) -> int | None:
    text = row.text.strip(" \t\ufeff")
    return int(text) if len(text) <= _DIGITS and text.isdecimal() else None


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
