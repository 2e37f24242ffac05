"""SubRip files for scoring: their cues, and who speaks the lines of a cue by its labels."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ipc.errors import StageError
from stage_runners.scoring.units import Shown

_DASH = re.compile(r"^\s*[-\u2010-\u2015]\s*(?=\S)")
_LABEL = re.compile(
    r"^\[([^\]a-z]*[^\W\d_a-z][^\]a-z]*)\]:?(?:\s+|$)|^([^\W\d_a-z][^:a-z\n]{0,30}):(?:\s+|$)"
)
"""A name: `[NAME] text` or `NAME: text` in capitals or a script without case; a sound is in lower case."""
_SOUND = re.compile(r"\[[^\]]*\]:?|\([^()]*\)|\uff08[^\uff08\uff09]*\uff09")
"""Text in brackets: square ones, or round ones, which Whisper's normalizer drops too."""
_TIME = r"(-?\s*(?:\d{1,2}\s*:\s*)?\d{1,2}\s*:\s*\d{1,2}\s*[,.:]\s*\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-+\s*>\s*{_TIME}(?!\d)")
_LIKE_TIMES = re.compile(r"^[\s\d:,.-]*\d\s*:\s*\d[\s\d:,.-]*-\s*>[\s\d]")
"""A line that starts with a time and an arrow."""
_CUE = re.compile(r"^(?=.*\d\d?:\d\d[,.]\d.*-->)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});")


def srt_cues(path: Path, text: str) -> list[Shown]:
    """The cues of a SubRip file; StageError("input") if a line of times cannot be read."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(_numbered(_on_the_clock(path, text)), format_="srt").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise StageError("input", f"{path.name}: not a valid SubRip (SRT) file: {error}") from error
    found = []
    for event in events:
        lines = tuple(unescaped(event.plaintext).strip().split("\n"))
        found.append(Shown(event.start / 1000, event.end / 1000, lines, ((None, lines),)))
    return found


def _on_the_clock(path: Path, text: str) -> str:
    """The text with times as pysubs2 reads them: it takes a line of others for text of the cue before.

    Translating programs put blanks into times, editors omit hours, and shifted files begin below zero.
    """
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not _LIKE_TIMES.match(line):
            continue
        if not (times := _TIMES.match(line)):
            raise StageError(
                "input",
                f"{path.name}, line {at + 1}: not times of SubRip ({line.strip()[:60]})",
                "write them as 00:00:01,500 --> 00:00:03,000",
            )
        lines[at] = " --> ".join(map(_canonical, times.groups()[:2]))
    return "\n".join(lines)


def _canonical(time: str) -> str:
    """`00:00:01,500` of a time in any spelling; below zero it is zero."""
    parts = re.split(r"[:,.]", "".join(time.split()))
    if parts[0].startswith("-"):
        return "00:00:00,000"
    clock = ":".join(f"{int(part):02}" for part in ["0"] * (4 - len(parts)) + parts[:-1])
    return f"{clock},{parts[-1]:0<3}"


def _numbered(text: str) -> str:
    """The text with a number before each cue and after the last, because pysubs2 drops one at a cue's end."""
    begin = _CUE.search(text)
    if begin and not text[: begin.start()].strip():
        text = _CUE.sub("\n1\n", text)  # no cue has a number, so none is taken for one
    return f"{text}\n\n1\n"


def unescaped(text: str) -> str:
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
