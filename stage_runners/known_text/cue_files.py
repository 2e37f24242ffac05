"""Reads the text of subtitle files: SubRip, WebVTT and Advanced SubStation Alpha, without markup and times.

The times of the file have no effect: those of the speech are found in the film. Standard library only,
because the orchestrator checks the file before it reads the film.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from stage_runners.known_text.lines import (
    KnownText,
    Line,
    could_be_name,
    in_capitals,
    is_sung,
    name_of,
    says,
    spoken,
    without_notes,
)

_ARROW = re.compile(r"^[^\n]*\d\s*-+\s*>\s*-?\s*\d", re.MULTILINE)
"""A line of times: a digit, an arrow, a digit."""
_NUMBER = re.compile(r"(?:^|\n)[ \t]*\d+[ \t]*$")
"""The number of the next cue."""
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|<[\d:.]+>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>|</v>")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?=\{[^{}]*\\p0|$)", re.DOTALL)
_DASH = re.compile(r"^\s*[-\u2010-\u2015]\s*(?=\S)")
_BRACKETED = re.compile(r"^[\[(]([^\[\]()]{1,40})[\])]:?\s+(?=\S)")
_NAMED = re.compile(r"^([^:\n]{1,40}):\s+(?=\S)")
_CAPTION_WORDS = frozenset(
    {"music", "laughter", "applause", "sighs", "laughs", "all", "both", "man", "woman"}
)
Cue = tuple[int, list[tuple[str | None, str]]]
"""The number of a cue in its file, and its text by the speaker whom the format itself names."""
_ASS_COLUMNS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")


def read_srt(text: str) -> KnownText:
    """The cues of SubRip. Numbers before the times are left out."""
    return KnownText(form="SubRip (SRT)", lines=tuple(_lines(_blocks(text))))


def read_vtt(text: str) -> KnownText:
    """The cues of WebVTT, without its notes, styles and regions."""
    return KnownText(form="WebVTT", lines=tuple(_lines(_blocks(text))))


def read_ass(text: str) -> KnownText:
    """The dialogue of ASS or SSA, in the order of its times, without comments and drawings."""
    columns: Sequence[str] = _ASS_COLUMNS
    events: list[tuple[tuple[int, ...], int, str, str]] = []
    section = ""
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.lower()
        elif section == "[events]" and stripped.lower().startswith("format:"):
            columns = tuple(part.strip().lower() for part in stripped.partition(":")[2].split(","))
        elif section == "[events]" and stripped.lower().startswith("dialogue:"):
            cells = stripped.partition(":")[2].split(",", len(columns) - 1)
            row = dict(zip(columns, cells, strict=False))
            name = row.get("name", row.get("actor", "")).strip()
            clock = tuple(int(part) for part in re.findall(r"\d+", row.get("start", ""))[:4])
            events.append((clock, len(events) + 1, name, row.get("text", "")))
    cues = []
    for _, number, name, raw in sorted(events, key=lambda one: one[0]):
        plain = _OVERRIDE.sub("", _DRAWING.sub("", raw))
        shown = re.sub(r"\\[Nn]", "\n", plain).replace("\\h", " ")
        cues.append((number, [(name or None, shown)]))
    return KnownText(form="Advanced SubStation Alpha (ASS)", lines=tuple(_lines(cues)))


def _blocks(text: str) -> Iterator[Cue]:
    """Each cue with its number in the file, from 1."""
    first_only = text.lstrip("\ufeff").startswith(
        "WEBVTT"
    )  # then identifiers and notes stand after blank lines
    times = list(_ARROW.finditer(text))
    for number, match in enumerate(times, 1):
        following = times[number].start() if number < len(times) else len(text)
        start = text.find("\n", match.start())
        body = text[start + 1 : following].strip("\n") if 0 <= start < following else ""
        if number < len(times):
            body = _NUMBER.sub("", body)
        paragraphs = re.split(r"\n[ \t]*\n", body.strip("\n"))
        yield number, list(_spans("\n".join(paragraphs[:1] if first_only else paragraphs)))


def _spans(payload: str) -> Iterator[tuple[str | None, str]]:
    """The text by WebVTT's voice spans, without tags; entities as characters."""
    voice, at = None, 0
    for tag in [*_VOICE.finditer(payload), None]:
        part = payload[at : tag.start() if tag else None]
        plain = html.unescape(_TAG.sub("", _OVERRIDE.sub("", part)))
        if plain.strip():
            yield voice, plain
        if tag:
            voice, at = (html.unescape(tag[1]).strip() or None if tag[1] else None), tag.end()


def _lines(cues: Iterable[Cue]) -> Iterator[Line]:
    for number, spans in cues:
        for voice, text in spans:
            for speaker, said in _speeches(text.split("\n")):
                plain = without_notes(spoken(said))
                if says(plain):
                    yield Line(number=number, text=plain, speaker=voice or speaker, optional=is_sung(said))


def _speeches(shown: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """A cue's text by speaker: each line with a dash or a name begins a speech."""
    speaker: str | None = None
    parts: list[str] = []
    for line in shown:
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line.strip()
        name, said = _named(rest)
        if (dash or name) and parts:
            yield speaker, " ".join(parts)
            parts = []
        if dash or name:
            speaker = name
        parts.append(said)
    if parts:
        yield speaker, " ".join(parts)


def _named(line: str) -> tuple[str | None, str]:
    """The name before a line's text, in brackets or before a colon, in capitals; and the text."""
    for form in (_BRACKETED, _NAMED):
        if match := form.match(line):
            name = name_of(match[1])
            cased = match[1].upper() != match[1].lower()
            if could_be_name(name) and (in_capitals(name) or (form is _BRACKETED and not cased)):
                return (None if name.lower() in _CAPTION_WORDS else name), line[match.end() :]
    return None, line
