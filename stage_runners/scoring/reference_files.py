"""The files that a result is scored with, a human's or ours: what each says of text, times, speakers and cues.

Every reader checks what it reads: a file that is not what its name says is refused with the line that is wrong, for a figure made
of half a reference would look like any other.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipc.errors import StageError
from stage_runners.scoring.srt import read_srt
from stage_runners.scoring.units import Source, Turn, Unit

_RTTM_TYPES = frozenset(
    "SEGMENT NOSCORE NO_RT_METADATA LEXEME NON-LEX NON-SPEECH FILLER EDIT IP SU CB A/P SPKR-INFO".split()  # noqa: SIM905
)
"""Other lines that an RTTM may hold (NIST RT-09): they say nothing of who speaks when."""
_IGNORED = "ignore_time_segment_in_scoring"
_SHOWN = 40
"""Characters of a wrong line that are shown."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line that is not empty and no comment: its number from 1, and its words."""

    path: Path
    number: int
    text: str
    recording: str

    def wrong(self, what: str) -> StageError:
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}..."
        return StageError("input", f"{self.path.name}, line {self.number}: {what} ({shown})")

    def seconds(self, word: str, what: str) -> float:
        """A time; StageError("input") where the word is none."""
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise self.wrong(f"{what} is {word!r}, and has to be seconds")
        return value


def read(path: Path, recording: str = "") -> Source:
    """What the file says; StageError("input") where it cannot be read, is no such file, or says nothing.

    `recording` is the film's name without its ending: of a file about several recordings, only its lines are read.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise StageError(
            "input",
            f"{path.name} is nothing that can be scored with",
            f"endings that are read: {', '.join(READERS)}",
        )
    text = _text(path)
    if not text.strip():
        raise StageError("input", f"{path.name} is empty")
    return reader(path, text, recording)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StageError("input", f"{path} cannot be read: {error.strerror}", "check the name") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StageError(
            "input",
            f"{path.name} is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}",
            "save it as UTF-8, for instance with iconv -f ISO-8859-1 -t UTF-8",
        ) from error


def _lines(path: Path, text: str, recording: str) -> list[_Line]:
    """The lines that are no comment. Where they are of several recordings, those of the film's; StageError where none is."""
    raw = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1)]
    kept = [(k, line) for k, line in raw if line and not line.startswith(";;")]
    if not kept:
        raise StageError("input", f"{path.name} holds nothing but comments")
    at = 1 if path.suffix.lower() == ".rttm" else 0
    found = [_Line(path=path, number=k, text=line, recording=[*line.split(), "", ""][at]) for k, line in kept]
    several = dict.fromkeys(line.recording for line in found if len(line.text.split()) > 1)
    if len(several) < 2:
        return found
    own = [line for line in found if line.recording in {recording, "_".join(recording.split())}]
    if not own:
        raise StageError(
            "input",
            f"{path.name} is about {len(several)} recordings, and {recording} is none of them",
            f"they are: {', '.join(list(several)[:4])}{', ...' if len(several) > 4 else ''}",
        )
    return own


def _read_rttm(path: Path, text: str, recording: str) -> Source:
    """Who speaks when (NIST RTTM): `SPEAKER recording channel start duration <NA> <NA> name`."""
    turns = []
    for line in _lines(path, text, recording):
        words = line.text.split()
        if words[0] in _RTTM_TYPES:
            continue
        if words[0] != "SPEAKER":
            raise line.wrong("a line of an RTTM begins with SPEAKER")
        if len(words) < 8:
            raise line.wrong(f"it has {len(words)} columns, and the speaker's name is the eighth")
        start, length = (
            line.seconds(words[3], "its start, the fourth column,"),
            line.seconds(words[4], "its duration, the fifth column,"),
        )
        if length:
            turns.append(Turn(start=start, end=start + length, speaker=words[7]))
    if not turns:
        raise StageError("input", f"{path.name} says of nobody that they speak")
    return Source(name=path.name, kind="rttm", turns=tuple(turns))


def _read_stm(path: Path, text: str, recording: str) -> Source:
    """Segments with speaker and text (NIST STM): `recording channel speaker start end [<labels>] text`."""
    units, ignored, alternatives = [], [], 0
    for line in _lines(path, text, recording):
        words = line.text.split(maxsplit=5)
        if len(words) < 5:
            raise line.wrong(
                "a line of an STM is: recording channel speaker start end [<labels>] text, in seconds"
            )
        start, end = (
            line.seconds(words[3], "its start, the fourth column,"),
            line.seconds(words[4], "its end, the fifth column,"),
        )
        if end < start:
            raise line.wrong("it ends before it starts")
        said = words[5] if len(words) > 5 else ""
        if labels := re.match(r"<[^>]*>\s*", said):
            said = said[labels.end() :]
        if said.strip().lower() == _IGNORED:
            ignored.append((start, end))
            continue
        said, count = re.subn(
            r"\{([^/{}]*)(?:/[^{}]*)?\}", lambda m: "" if m[1].strip() == "@" else m[1], said
        )
        alternatives += count
        if said.strip():
            units.append(Unit(text=said.strip(), start=start, end=end, speaker=words[2]))
    if not units:
        raise StageError("input", f"{path.name} holds no text")
    units.sort(key=lambda unit: unit.start or 0.0)
    notes = (
        (f"{path.name}: of {alternatives} alternatives in braces the first was taken",)
        if alternatives
        else ()
    )
    turns = tuple(Turn(start=u.start, end=u.end, speaker=u.speaker) for u in units)  # type: ignore[arg-type]
    return Source(
        name=path.name,
        kind="stm",
        units=tuple(units),
        turns=turns,
        ignored=tuple(ignored),
        notes=notes,
    )


def _read_ctm(path: Path, text: str, recording: str) -> Source:
    """Words with times (NIST CTM): `recording channel start duration word [confidence]`."""
    words = []
    for line in _lines(path, text, recording):
        fields = line.text.split()
        if len(fields) < 5:
            raise line.wrong("a line of a CTM is: recording channel start duration word")
        start, length = (
            line.seconds(fields[2], "its start, the third column,"),
            line.seconds(fields[3], "its duration, the fourth column,"),
        )
        words.append(Unit(text=fields[4], start=start, end=start + length))
    return _of_words(path, words)


def _read_csv(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """Words with times: a table with the columns start, end (seconds) and word."""
    rows = csv.DictReader(text.splitlines())
    if missing := {"start", "end", "word"} - set(rows.fieldnames or ()):
        raise StageError(
            "input",
            f"{path.name} has no column {', '.join(sorted(missing))}",
            "its first line has to be: start,end,word",
        )
    words = []
    for row in rows:
        line = _Line(
            path=path, number=rows.line_num, text=",".join(str(v) for v in row.values()), recording=""
        )
        start, end = line.seconds(row["start"] or "", "start"), line.seconds(row["end"] or "", "end")
        if end < start:
            raise line.wrong("it ends before it starts")
        words.append(Unit(text=row["word"] or "", start=start, end=end))
    return _of_words(path, words)


def _of_words(path: Path, words: list[Unit]) -> Source:
    if not words:
        raise StageError("input", f"{path.name} holds no word")
    words.sort(key=lambda word: word.start or 0.0)
    return Source(name=path.name, kind=path.suffix[1:].lower(), units=tuple(words), words=tuple(words))


def _read_txt(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """What is said, and nothing else."""
    units = tuple(Unit(text=line.strip()) for line in text.splitlines() if line.strip())
    return Source(name=path.name, kind="txt", units=units)


def _read_json(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """A transcript as this tool and WhisperX write it: segments, and the words in them."""
    try:
        body = json.loads(text)
        units, words = [], []
        for segment in body["segments"]:
            units.append(_unit(segment, "text"))
            words += [_unit(word, "word", segment) for word in segment.get("words", ())]
        language = str(body.get("language") or "")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StageError(
            "input",
            f"{path.name} is no transcript: {type(error).__name__} {error}",
            "it has to be as WhisperX writes it, with segments, text and words",
        ) from error
    return Source(name=path.name, kind="json", units=tuple(units), words=tuple(words), language=language)


def _unit(row: dict[str, object], text: str, segment: dict[str, object] | None = None) -> Unit:
    start, end = row.get("start"), row.get("end")
    return Unit(
        text=str(row[text]).strip(),
        start=None if start is None else float(start),  # type: ignore[arg-type]
        end=None if end is None else float(end),  # type: ignore[arg-type]
        speaker=row.get("speaker") or (segment or {}).get("speaker"),  # type: ignore[arg-type]
    )


def _read_srt(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    return read_srt(path, text)


READERS: dict[str, Callable[[Path, str, str], Source]] = {
    ".srt": _read_srt,
    ".rttm": _read_rttm,
    ".stm": _read_stm,
    ".ctm": _read_ctm,
    ".csv": _read_csv,
    ".txt": _read_txt,
    ".json": _read_json,
}
"""By a file's ending."""


def first(sources: Sequence[Source], has: Callable[[Source], object], order: str) -> Source | None:
    """The first source, by kind in `order` and then as given, that has something."""
    return next(_sorted(sources, has, order), None)


def _sorted(sources: Sequence[Source], has: Callable[[Source], object], order: str) -> Iterator[Source]:
    kinds = order.split()
    yield from sorted(
        (source for source in sources if source.kind in kinds and has(source)),
        key=lambda source: kinds.index(source.kind),
    )
