"""SubRip files for scoring: the spoken text of each cue, and its speaker if labels name one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ipc.errors import StageError
from stage_runners.scoring.units import Cue, Source, Unit

_DASH = re.compile(r"^\s*[-\u2010-\u2015]\s*(?=\S)")
_LABEL = re.compile(
    r"^\[([^\]a-z]*[^\W\d_a-z][^\]a-z]*)\]:?(?:\s+|$)|^([^\W\d_a-z][^:a-z\n]{0,30}):(?:\s+|$)"
)
"""A name: `[NAME] text` or `NAME: text` in capitals or a script without case; a sound is in lower case."""
_SOUND = re.compile(r"\[[^\]]*\]:?")
_TIMES = re.compile(r"^\s*\d+:\d\d:\d\d[,.]\d", re.MULTILINE)
_CUE = re.compile(r"^(?=.*\d\d?:\d\d[,.]\d.*-->)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});")


def read_srt(path: Path, text: str) -> Source:
    """The cues of the file, with their text and speakers; StageError("input") if it has no cues.

    A label applies until the next one, as viewers read it; after a dash without a label the speaker is
    unknown. Other text in square brackets is a sound, which does not count as text.
    """
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(_numbered(text), format_="srt").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise StageError("input", f"{path.name}: not a valid SubRip (SRT) file: {error}") from error
    shown = sorted((event for event in events if event.plaintext.strip()), key=lambda event: event.start)
    if not shown:
        why = "all of its cues are empty" if _TIMES.search(text) else "no line has times such as 00:00:01,500"
        raise StageError("input", f"{path.name}: no cues; {why}")
    if wrong := next((event for event in shown if event.end < event.start), None):
        raise StageError("input", f"{path.name}: the cue at {wrong.start / 1000:.3f} s ends before it starts")
    units: list[Unit] = []
    cues: list[Cue] = []
    speaker: str | None = None
    for event in shown:
        start, end = event.start / 1000, event.end / 1000
        lines = tuple(_unescaped(event.plaintext).strip().split("\n"))
        said = []
        for part, who in voices(lines, speaker):
            speaker = who
            said += part
            if part:
                units.append(Unit(text=" ".join(part), start=start, end=end, speaker=who))
        cues.append(Cue(start=start, end=end, lines=lines, said=tuple(said)))
    return Source(name=path.name, kind="srt", units=tuple(units), cues=tuple(cues))


def _numbered(text: str) -> str:
    """The text with a number before each cue and after the last, because pysubs2 drops one at a cue's end."""
    begin = _CUE.search(text)
    if begin and not text[: begin.start()].strip():
        text = _CUE.sub("\n1\n", text)  # no cue has a number, so none is taken for one
    return f"{text}\n\n1\n"


def _unescaped(text: str) -> str:
    """The text with HTML's entities as characters, as players show them: `&amp;` is `&`."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def voices(lines: Sequence[str], speaker: str | None) -> Iterator[tuple[list[str], str | None]]:
    """The lines of a cue grouped by speaker, without labels, dashes and sounds.

    `speaker` is the speaker before this cue.
    """
    group: list[str] = []
    for at, line in enumerate(lines):
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line.strip()
        label = _LABEL.match(rest)
        if label and label.end() == len(rest) and not _follows(lines[at + 1 :]):
            label = None  # no speech follows: it is a sound
        if dash or label:
            if group:
                yield group, speaker
            group = []
            speaker = (label[1] or label[2]).strip() if label else None
        rest = " ".join(_SOUND.sub(" ", rest[label.end() :] if label else rest).split())
        if rest:
            group.append(rest)
    yield group, speaker


def _follows(lines: Sequence[str]) -> bool:
    """Whether the next line is speech that a label on a line by itself can belong to."""
    return bool(lines) and not _DASH.match(lines[0]) and not _LABEL.match(lines[0].strip())
