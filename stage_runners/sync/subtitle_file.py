"""Reads the times of a subtitle file (SRT, WebVTT, ASS, SSA), and writes others into it.

Nothing else of the file changes: it is never parsed into cues and written again, which would lose what the
parser does not know. Times are found in the text and replaced in place. A text in UTF-16 or UTF-32 is decoded
and encoded again; in every other encoding digits are bytes of ASCII, so the bytes are taken as Latin-1, which
loses none, whatever the encoding is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ipc.errors import StageError
from ipc.text_files import NotTextError
from stage_runners.subtitle_files import entries
from stage_runners.subtitle_files.clock import PATTERN, Time
from stage_runners.subtitle_files.clock import read as time_of
from stage_runners.subtitle_files.cue_lines import FINEST
from stage_runners.subtitle_files.entry import Event
from stage_runners.sync import clock
from stage_runners.text.code_pages import read_text

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BYTES = "latin-1"
_STAMP = re.compile(rf"<(?P<time>{PATTERN})>")
"""A time inside a cue of WebVTT, at which the text after it appears."""
_MOST_EVENTS = 100_000


@dataclass(frozen=True, kw_only=True)
class SubtitleFile:
    """A file: its format, its `events` in the order of the file, and lines of times that cannot be read."""

    format: str
    events: tuple[Event, ...]
    malformed: tuple[int, ...]
    encoding: str
    _text: str = field(repr=False)
    _codec: str = field(repr=False)
    _before: bytes = field(repr=False)
    _after: bytes = field(repr=False)

    def inner(self, event: Event) -> list[Time]:
        """The times inside the text of a cue of WebVTT."""
        if self.format != "vtt":
            return []
        stamps = _STAMP.finditer(self._text, event.first, event.last)
        read = (
            time_of(found["time"], found.start("time"), least_digits=FINEST, point=".") for found in stamps
        )
        return [time for time in read if time is not None]

    def with_times(self, times: Iterable[tuple[Time, float]]) -> bytes:
        """The bytes of the file with other times, in seconds."""
        edits = sorted(edit for time, seconds in times for edit in clock.edits(time, seconds))
        parts, at = [], 0
        for edit in edits:
            parts += [self._text[at : edit.first], edit.new]
            at = edit.last
        parts.append(self._text[at:])
        return self._before + "".join(parts).encode(self._codec) + self._after


def read(name: str, data: bytes) -> SubtitleFile:
    """The file with this name and content; StageError("input") if it has no times that can be read."""
    before, after, codec = _opened(data)
    encoding, wide = codec, codec != _BYTES
    try:
        encoding = read_text(data).encoding.replace(" ", "_")
    except NotTextError as error:
        if b"\0" in data and not wide:
            raise StageError("input", f"{name}: {error}", _HINT) from error
        encoding = codec
    body = data[len(before) : len(data) - len(after)]
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        raise StageError("input", f"{name}: damaged {codec.upper()}", "save it as UTF-8") from error
    if text.encode(codec) != body:
        raise StageError("input", f"{name}: its {codec.upper()} cannot be written back", "save it as UTF-8")
    found = entries.read(text)
    events, malformed = found.events, tuple(entry.line for entry in found.malformed)
    if not events:
        why = f"line {malformed[0]} has no valid time" if malformed else "it has no times"
        raise StageError("input", f"{name}: no subtitles that can be read: {why}", _HINT)
    if len(events) > _MOST_EVENTS:
        raise StageError("input", f"{name}: more than {_MOST_EVENTS} cues, which no subtitle file has", _HINT)
    if not wide:
        events = tuple(_decoded(event, encoding) for event in events)
    return SubtitleFile(
        format=found.kind, events=events, malformed=malformed, encoding=encoding,
        _text=text, _codec=codec, _before=before, _after=after,
    )  # fmt: skip


_HINT = "give an SRT, WebVTT, ASS or SSA file"


def _opened(data: bytes) -> tuple[bytes, bytes, str]:
    """The byte order mark, what is left over at the end, and a codec that gives every byte back."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return mark, _left_over(data, codec), codec
    if b"\0" in data[:4096]:
        try:
            codec = read_text(data).encoding.lower()
        except NotTextError:
            return b"", b"", _BYTES
        return b"", _left_over(data, codec), codec
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return mark, b"", _BYTES


def _left_over(data: bytes, codec: str) -> bytes:
    rest = len(data) % (4 if "32" in codec else 2)
    return data[len(data) - rest :]


def _decoded(event: Event, encoding: str) -> Event:
    try:
        return replace(event, text=event.text.encode(_BYTES).decode(encoding, errors="replace"))
    except LookupError:
        return replace(event, text="")
