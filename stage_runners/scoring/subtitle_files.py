"""Subtitle files for scoring (SRT, WebVTT, ASS): the spoken text of each cue, and who speaks it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ipc.errors import StageError
from stage_runners.scoring.srt import srt_cues, unescaped, voices
from stage_runners.scoring.units import Cue, Shown, Source, Unit

_VTT_TIME = re.compile(r"^\s*((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>|(</v>)")
_TAG = re.compile(r"<[^>]*>")
_DRAWING = re.compile(r"\{[^}]*\\p[1-9][^}]*\}.*?(?=\{[^}]*\\p0|$)", re.DOTALL)
"""From the override that starts a drawing to the one that ends it."""


class _Kind(NamedTuple):
    """The reader of a format, and how it writes a time."""

    cues: Callable[[Path, str], list[Shown]]
    time: str


def read_subtitles(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """The cues of the file, with their text and speakers; StageError("input") if it has no cues.

    The speaker is the one that the format names (a voice span of WebVTT, ASS's column Name). Otherwise a
    label applies until the next one, as viewers read it; after a dash without a label the speaker is unknown.
    Other text in brackets is a sound, which does not count as text.
    """
    kind = _KINDS[path.suffix.lower()]
    found = kind.cues(path, text)
    shown = sorted((cue for cue in found if "".join(cue.lines).strip()), key=lambda cue: cue.start)
    if not shown:
        why = "all of its cues are empty" if found else f"no line has times such as {kind.time}"
        raise StageError("input", f"{path.name}: no cues; {why}")
    if wrong := next((cue for cue in shown if cue.end < cue.start), None):
        raise StageError("input", f"{path.name}: the cue at {wrong.start:.3f} s ends before it starts")
    units: list[Unit] = []
    cues: list[Cue] = []
    speaker: str | None = None
    for cue in shown:
        said = []
        for named, lines in cue.voices:
            for part, who in voices(lines, speaker):
                speaker = named or who
                said += part
                if part:
                    units.append(Unit(text=" ".join(part), start=cue.start, end=cue.end, speaker=speaker))
        cues.append(Cue(start=cue.start, end=cue.end, lines=cue.lines, said=tuple(said)))
    return Source(name=path.name, kind="srt", units=tuple(units), cues=tuple(cues))


def _vtt_cues(path: Path, text: str) -> list[Shown]:
    """The cues of WebVTT: every block with a line of times; notes, styles and regions are none."""
    if not text.startswith("WEBVTT"):
        raise StageError("input", f"{path.name}: not a WebVTT file: it does not start with WEBVTT")
    found = []
    for block in re.split(r"\n{2,}", text):
        lines = block.strip("\n").split("\n")
        at = next((k for k, line in enumerate(lines[:2]) if "-->" in line), None)
        if at is None or lines[0].startswith("NOTE"):
            continue
        if not (times := _VTT_TIME.match(lines[at])):
            raise StageError("input", f"{path.name}: not a time of WebVTT: {lines[at].strip()[:60]}")
        start, end = _clock(times[1]), _clock(times[2])
        spoken = tuple(_spans("\n".join(lines[at + 1 :])))
        shown = tuple(line for _, part in spoken for line in part)
        found.append(Shown(start, end, shown, spoken))
    return found


def _spans(payload: str) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The text of a cue by voice span, without tags."""
    named, at = None, 0
    for tag in [*_VOICE.finditer(payload), None]:
        part = unescaped(_TAG.sub("", payload[at : tag.start() if tag else None])).strip()
        if part:
            yield named, tuple(part.split("\n"))
        if tag:
            named, at = html.unescape(tag[1]).strip() if tag[1] else None, tag.end()


def _ass_cues(path: Path, text: str) -> list[Shown]:
    """The dialogue of an ASS or SSA file, without comments and drawings."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text, format_="ass").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError) as error:
        raise StageError("input", f"{path.name}: not a valid ASS file: {error}") from error
    found = []
    for event in events:
        if event.is_comment:
            continue
        event.text = _DRAWING.sub("", event.text)
        lines = tuple(event.plaintext.strip().split("\n"))
        found.append(
            Shown(event.start / 1000, event.end / 1000, lines, ((event.name.strip() or None, lines),))
        )
    return found


def _clock(text: str) -> float:
    """WebVTT's `[hours:]minutes:seconds.milliseconds` in seconds."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


_KINDS = {
    ".srt": _Kind(srt_cues, "00:00:01,500"),
    ".vtt": _Kind(_vtt_cues, "00:00:01.500 --> 00:00:03.000"),
    ".ass": _Kind(_ass_cues, "0:00:01.50"),
    ".ssa": _Kind(_ass_cues, "0:00:01.50"),
}
FORMATS = tuple(_KINDS)
