"""SubRip files to score with: what is said in a cue, and by whom where labels tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ipc.errors import StageError
from stage_runners.scoring.units import Cue, Source, Unit

_DASH = re.compile(r"^\s*[-\u2010-\u2015]\s*(?=\S)")
_LABEL = re.compile(
    r"^\[([^\]a-z]*[^\W\d_a-z][^\]a-z]*)\]:?(?:\s+|$)|^([^\W\d_a-z][^:a-z\n]{0,30}):(?:\s+|$)"
)
"""`[NAME] text` or `NAME: text`, in capitals (or a script that has none): a name. In small letters it is a sound."""
_SOUND = re.compile(r"\[[^\]]*\]:?")
_TIMES = re.compile(r"^\s*\d+:\d\d:\d\d[,.]\d", re.MULTILINE)


def read_srt(path: Path, text: str) -> Source:
    """What the file says; StageError("input") where it holds no cue.

    A label holds until the next one, as viewers read it; behind a dash without a label nobody knows who speaks. What stands in
    square brackets and is no label is a sound, and no text.
    """
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text, format_="srt").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise StageError("input", f"{path.name} is no SubRip file: {error}") from error
    shown = sorted((event for event in events if event.plaintext.strip()), key=lambda event: event.start)
    if not shown:
        why = (
            "its cues are all empty"
            if _TIMES.search(text)
            else "no line of it has times such as 00:00:01,500"
        )
        raise StageError("input", f"{path.name} holds no cue: {why}")
    if wrong := next((event for event in shown if event.end < event.start), None):
        raise StageError("input", f"{path.name}: the cue at {wrong.start / 1000:.3f} s ends before it starts")
    units: list[Unit] = []
    cues = []
    speaker: str | None = None
    for event in shown:
        start, end = event.start / 1000, event.end / 1000
        lines = tuple(event.plaintext.strip().split("\n"))
        said = []
        for part, who in voices(lines, speaker):
            speaker = who
            said += part
            if part:
                units.append(Unit(text=" ".join(part), start=start, end=end, speaker=who))
        cues.append(Cue(start=start, end=end, lines=lines, said=tuple(said)))
    return Source(name=path.name, kind="srt", units=tuple(units), cues=tuple(cues))


def voices(lines: Sequence[str], speaker: str | None) -> Iterator[tuple[list[str], str | None]]:
    """The lines of a cue in groups of one speaker, labels, dashes and sounds left out; `speaker` is who spoke before."""
    group: list[str] = []
    for at, line in enumerate(lines):
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line.strip()
        label = _LABEL.match(rest)
        if label and label.end() == len(rest) and not _follows(lines[at + 1 :]):
            label = None  # nobody says anything there: it is a sound
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
    """Whether the next line is what a label alone on its own stands before."""
    return bool(lines) and not _DASH.match(lines[0]) and not _LABEL.match(lines[0].strip())
