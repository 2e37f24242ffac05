"""Reads the times of a subtitle file (SRT, WebVTT, ASS, SSA), and writes others into it.

Nothing else of the file changes: it is never parsed into cues and written again, which would lose what the
parser does not know. Times are found in the text and replaced in place. A text in UTF-16 or UTF-32 is decoded
and encoded again; in every other encoding digits are bytes of ASCII, so the bytes are taken as Latin-1, which
loses none, whatever the encoding is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ipc.errors import StageError
from ipc.text_files import NotTextError
from stage_runners.sync import clock
from stage_runners.sync.clock import FINEST, PATTERN, Time
from stage_runners.text.code_pages import read_text

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BYTES = "latin-1"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_CUE_TIMES = re.compile(
    rf"[ \t\ufeff]{{0,20}}(?P<start>{PATTERN})[ \t]{{0,9}}-{{1,4}}[ \t]{{0,4}}>[ \t]{{0,9}}(?P<end>{PATTERN})"
)
_LIKE_TIMES = re.compile(r"(?=.*\d\s*:\s*\d).*--?\s?>")
"""A line with a time and an arrow."""
_STAMP = re.compile(rf"<(?P<time>{PATTERN})>")
"""A time inside a cue of WebVTT, at which the text after it appears."""
_ASS_LINE = re.compile(r"(?P<kind>[A-Za-z]+)[ \t]*:(?P<fields>.*)", re.DOTALL)
_ASS_EVENTS = {"dialogue", "comment", "picture", "sound", "movie", "command"}
_EVENTS = re.compile(r"^[ \t]*\[events\][ \t]*$", re.IGNORECASE | re.MULTILINE)
_ASS_FORMAT = "layer start end style name marginl marginr marginv effect text"
_LONGEST = 4000
"""Characters of a line that may have times; a line of the length of the file would take for ever."""
_MOST_EVENTS = 100_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """A timed entry: a cue, a comment, a picture.

    `line` counts from 1; `text` is as it is written, in the file's encoding; `shown` is false for what no
    player shows as text. `inner` are times inside the text.
    """

    line: int
    start: Time
    end: Time
    text: str
    shown: bool = True
    inner: tuple[Time, ...] = ()


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

    def with_times(self, times: Iterable[tuple[Time, float]]) -> bytes:
        """The bytes of the file with other times, in seconds."""
        edits = sorted(edit for time, seconds in times for edit in time.edits(seconds))
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
    kind = _format_of(text)
    malformed: list[int] = []
    events = tuple((_ass if kind == "ass" else _cues)(kind, text, malformed))
    if not events:
        why = f"line {malformed[0]} has no valid time" if malformed else "it has no times"
        raise StageError("input", f"{name}: no subtitles that can be read: {why}", _HINT)
    if len(events) > _MOST_EVENTS:
        raise StageError("input", f"{name}: more than {_MOST_EVENTS} cues, which no subtitle file has", _HINT)
    if not wide:
        events = tuple(_decoded(event, encoding) for event in events)
    return SubtitleFile(
        format=kind, events=events, malformed=tuple(malformed), encoding=encoding,
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
        text = event.text.encode(_BYTES).decode(encoding, errors="replace")
    except LookupError:
        text = ""
    return Event(
        line=event.line, start=event.start, end=event.end, text=text, shown=event.shown, inner=event.inner
    )


def _format_of(text: str) -> str:
    """The format by the content, because files are often named wrongly; `srt`, `vtt` or `ass`."""
    head = text[:4096].lstrip("\ufeff \t\r\n").lower()
    if head.startswith("webvtt"):
        return "vtt"
    if head.startswith("[script info]") or _EVENTS.search(text):
        return "ass"
    return "srt"


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Number from 1, place, and content of each line, without its end."""
    at, number = 0, 0
    while at < len(text):
        number += 1
        end = found.end() if (found := _LINE.match(text, at)) else len(text)
        yield number, at, text[at:end].rstrip("\r\n")
        at = end


def _cues(kind: str, text: str, malformed: list[int]) -> Iterator[Event]:
    """The cues of SubRip or WebVTT: every line of times, and the lines up to the next one."""
    point, digits = ("." if kind == "vtt" else ","), FINEST
    opened: tuple[int, Time, Time] | None = None
    lines: list[tuple[int, str]] = []
    for number, at, line in [*_lines(text), (0, 0, "")]:
        short = len(line) <= _LONGEST
        found = _CUE_TIMES.match(line) if short else None
        if not found and number:
            if short and _LIKE_TIMES.match(line):
                malformed.append(number)
            lines.append((at, line))
            continue
        if opened is not None:
            yield _cue(kind, opened, lines, last=not number)
        opened, lines = None, []
        if not found:
            return
        times = [
            clock.read(found[name], at + found.start(name), least_digits=digits, point=point)
            for name in ("start", "end")
        ]
        if times[0] is None or times[1] is None:
            malformed.append(number)
        else:
            opened = (number, times[0], times[1])


def _cue(kind: str, opened: tuple[int, Time, Time], lines: Sequence[tuple[int, str]], *, last: bool) -> Event:
    number, start, end = opened
    shown = list(lines)
    if kind == "vtt":
        blank = next((k for k, (_, line) in enumerate(shown) if not line.strip()), len(shown))
        shown = shown[:blank]
    else:
        while shown and not shown[-1][1].strip():
            shown.pop()
        if not last and shown and shown[-1][1].strip().isdigit():
            shown.pop()
    inner = []
    if kind == "vtt":
        for at, line in shown:
            for found in _STAMP.finditer(line[:_LONGEST]):
                time = clock.read(found["time"], at + found.start("time"), least_digits=FINEST, point=".")
                if time is not None:
                    inner.append(time)
    text = "\n".join(line for _, line in shown).strip()
    return Event(line=number, start=start, end=end, text=text, inner=tuple(inner))


def _ass(_: str, text: str, malformed: list[int]) -> Iterator[Event]:
    """The events of ASS or SSA, comments among them, by the columns of their section's format line."""
    columns, section = _ASS_FORMAT.split(), ""
    for number, at, line in _lines(text):
        bare = line.strip().lower()
        if bare.startswith("[") and bare.endswith("]"):
            section = bare
            continue
        found = _ASS_LINE.match(line)
        if section != "[events]" or found is None:
            continue
        name = found["kind"].lower()
        if name == "format":
            asked = [column.strip().lower() for column in found["fields"].split(",")]
            columns = asked if {"start", "end"} <= set(asked) else columns
        elif name in _ASS_EVENTS:
            fields = found["fields"].split(",", len(columns) - 1)
            places, place = [], at + found.start("fields")
            for part in fields:
                places.append(place)
                place += len(part) + 1
            times = []
            for column in ("start", "end"):
                index = columns.index(column)
                if index >= len(fields):
                    break
                part = fields[index]
                first = places[index] + len(part) - len(part.lstrip())
                times.append(clock.read(part.strip(), first, least_digits=2, point="."))
            if len(times) < 2 or times[0] is None or times[1] is None:
                malformed.append(number)
                continue
            body = fields[-1] if len(fields) == len(columns) else ""
            shown = name == "dialogue" and bool(body.strip())
            yield Event(line=number, start=times[0], end=times[1], text=body, shown=shown)
