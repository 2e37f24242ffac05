"""The events of ASS and SSA, comments among them, by the columns that their section's format line names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stage_runners.subtitle_files import clock
from stage_runners.subtitle_files.entry import Entry, Row, rows_of

EVENTS = re.compile(
    r"^[ \t]*\[events\][ \t]*[\r\n]+[ \t]*(?:;[^\r\n]*[\r\n]+)*(?:format|dialogue|comment)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""The section of events; `[Events]` alone could be a sound in a cue of SubRip."""
_LINE = re.compile(r"[ \t\ufeff]{0,20}(?P<sort>[A-Za-z]+)[ \t]{0,20}:(?P<cells>.*)", re.DOTALL)
_SORTS = {"dialogue", "comment", "picture", "sound", "movie", "command"}
_COLUMNS = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]


def entries(_: str, text: str) -> Iterator[Entry]:
    """The events of the text in its order. Without a section of events, those of the whole text."""
    columns, section = _COLUMNS, ""
    anywhere = not re.search(r"^[ \t]*\[events\]", text, re.IGNORECASE | re.MULTILINE)
    for row in rows_of(text):
        bare = row.text.strip().lower()
        if bare.startswith("[") and bare.endswith("]"):
            section = bare
            continue
        found = _LINE.match(row.text)
        if found is None or not (section == "[events]" or anywhere):
            continue
        sort = found["sort"].lower()
        if sort == "format":
            asked = [column.strip().lower() for column in found["cells"].split(",")]
            columns = asked if {"start", "end"} <= set(asked) else columns
        elif sort in _SORTS:
            yield _entry(row, sort, found.start("cells"), columns)


def _entry(row: Row, sort: str, begin: int, columns: Sequence[str]) -> Entry:
    cells = row.text[begin:].split(",", len(columns) - 1)
    places, place = {}, row.at + begin
    fields = {}
    for column, cell in zip(columns, cells, strict=False):
        places[column] = place + len(cell) - len(cell.lstrip())
        fields[column] = cell.strip()
        place += len(cell) + 1
    times = [
        clock.read(fields.get(column, ""), places.get(column, 0), least_digits=2, point=".")
        for column in ("start", "end")
    ]
    last = row.at + len(row.text)
    entry = Entry(
        line=row.number,
        written=row.text.strip(),
        text=fields.pop("text", ""),
        first=places.get("text", last),
        last=last,
        sort=sort,
        fields={"name": fields.get("actor", "")} | fields,
    )
    return entry.at(*times)
