"""Readers of the files used in scoring, references and results: their text, times, speakers and cues.

Every reader checks its file and reports the line that is wrong: a score from half a reference would look like
any other.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ipc import plain_file
from ipc.errors import StageError
from ipc.text_files import Decoded, NotTextError
from stage_runners.scoring.json_files import read_json
from stage_runners.scoring.subtitle_files import FORMATS, read_subtitles
from stage_runners.scoring.units import Source, Turn, Unit
from stage_runners.text.code_pages import read_text

_RTTM_TYPES = frozenset(
    "SEGMENT NOSCORE NO_RT_METADATA LEXEME NON-LEX NON-SPEECH FILLER EDIT IP SU CB A/P SPKR-INFO".split()  # noqa: SIM905
)
"""Other types of lines in an RTTM (NIST RT-09), which hold no speaker turns."""
_ALTERNATIVES = {"<ALT_BEGIN>": 1, "<ALT>": 1, "<ALT_END>": 0}
"""Lines of a CTM around alternatives, and whether another one follows."""
_IGNORED = "ignore_time_segment_in_scoring"
REMEDY = "save it as UTF-8; with iconv, name its own encoding: iconv -f ENCODING -t UTF-8"
_LARGEST = 64 << 20
"""Bytes; the subtitles of a film with every word's time have a tenth of that."""
_SHOWN = 40
"""Characters of a wrong line that are shown."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line of a file, neither empty nor a comment; numbers count from 1."""

    path: Path
    number: int
    text: str
    recording: str

    def wrong(self, what: str) -> StageError:
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}..."
        return StageError("input", f"{self.path.name}, line {self.number}: {what} ({shown})")

    def seconds(self, word: str, what: str) -> float:
        """The word as a time in seconds; StageError("input") if it is not one."""
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise self.wrong(f"{what} is {word!r}, not a number of seconds")
        return value


def read(path: Path, recording: str = "", language: str = "") -> Source:
    """The content of the file; StageError("input") if it is unreadable, malformed or empty.

    `recording` is the film's name without its extension. In a file about several recordings, only the lines
    of this recording are read. `language` is the code of the text's language, which decides between legacy
    encodings; empty if it is unknown.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise StageError(
            "input",
            f"{path.name}: not a reference format",
            f"use one of these formats: {', '.join(READERS)}",
        )
    text, encoding, guessed = _text(path, language)
    if not text.strip():
        raise StageError("input", f"{path.name}: the file is empty")
    source = reader(path, text, recording)
    if not guessed:
        return source
    return replace(source, notes=(*source.notes, f"{path.name}: not Unicode; read as {encoding}"))


def _text(path: Path, language: str) -> Decoded:
    try:
        data = plain_file.read(path, _LARGEST)
    except plain_file.UnusableFileError as error:
        raise StageError("input", f"{path}: {error}", "give a reference in a file") from error
    except OSError as error:
        raise StageError("input", f"{path}: cannot be read: {error.strerror}", "check the name") from error
    try:
        return read_text(data, language)
    except NotTextError as error:
        raise StageError("input", f"{path.name}: {error}", REMEDY) from error


def _lines(path: Path, text: str, recording: str) -> list[_Line]:
    """The lines that are not comments, of the film only if the file is about several recordings.

    StageError("input") if no line is left.
    """
    numbered = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1)]
    content = [(k, line) for k, line in numbered if line and not line.startswith(";;")]
    if not content:
        raise StageError("input", f"{path.name}: only comments")
    at = 1 if path.suffix.lower() == ".rttm" else 0
    lines = [
        _Line(path=path, number=k, text=line, recording=[*line.split(), "", ""][at]) for k, line in content
    ]
    recordings = dict.fromkeys(line.recording for line in lines if len(line.text.split()) > 1)
    if len(recordings) < 2:
        return lines
    of_film = [line for line in lines if line.recording in {recording, "_".join(recording.split())}]
    if not of_film:
        raise StageError(
            "input",
            f"{path.name}: none of its {len(recordings)} recordings is {recording}",
            f"its recordings: {', '.join(list(recordings)[:4])}{', ...' if len(recordings) > 4 else ''}",
        )
    return of_film


def _read_rttm(path: Path, text: str, recording: str) -> Source:
    """Speaker turns (NIST RTTM): `SPEAKER recording channel start duration <NA> <NA> name`."""
    turns = []
    for line in _lines(path, text, recording):
        words = line.text.split()
        if words[0] in _RTTM_TYPES:
            continue
        if words[0] != "SPEAKER":
            raise line.wrong("a line of an RTTM starts with SPEAKER")
        if len(words) < 8:
            raise line.wrong(f"{len(words)} columns; the speaker's name is the eighth")
        start, length = (
            line.seconds(words[3], "its start, the fourth column,"),
            line.seconds(words[4], "its duration, the fifth column,"),
        )
        if length:
            turns.append(Turn(start=start, end=start + length, speaker=words[7]))
    if not turns:
        raise StageError("input", f"{path.name}: no speaker turns")
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
        spoken = words[5] if len(words) > 5 else ""
        if labels := re.match(r"<[^>]*>\s*", spoken):
            spoken = spoken[labels.end() :]
        if spoken.strip().lower() == _IGNORED:
            ignored.append((start, end))
            continue
        spoken, count = re.subn(
            r"\{([^/{}]*)(?:/[^{}]*)?\}", lambda m: "" if m[1].strip() == "@" else m[1], spoken
        )
        alternatives += count
        if spoken.strip():
            units.append(Unit(text=spoken.strip(), start=start, end=end, speaker=words[2]))
    if not units:
        raise StageError("input", f"{path.name}: no text")
    units.sort(key=lambda unit: unit.start or 0.0)
    notes = (
        (f"{path.name}: {alternatives} times, the first of several alternatives in braces was used",)
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
    """Words with times (NIST CTM): `recording channel start duration word [confidence]`.

    Of alternatives between `<ALT_BEGIN>` and `<ALT_END>`, the first counts.
    """
    words, alternative = [], 0
    for line in _lines(path, text, recording):
        fields = line.text.split()
        if len(fields) < 5:
            raise line.wrong("a line of a CTM is: recording channel start duration word")
        if fields[4] in _ALTERNATIVES:
            alternative = _ALTERNATIVES[fields[4]] and alternative + 1
            continue
        if alternative > 1:
            continue
        start, length = (
            line.seconds(fields[2], "its start, the third column,"),
            line.seconds(fields[3], "its duration, the fourth column,"),
        )
        words.append(Unit(text=fields[4], start=start, end=start + length))
    return _of_words(path, words)


def _read_csv(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """Words with times: a table with the columns start, end (seconds) and word."""
    head, columns = text.partition("\n")[0], {"start", "end", "word"}
    # A spreadsheet separates by the sign that its country leaves free, and writes decimals with a comma.
    sign = next((sign for sign in ",;\t" if columns <= set(head.strip().split(sign))), ",")
    rows = csv.DictReader(text.splitlines(), delimiter=sign)
    if missing := columns - set(rows.fieldnames or ()):
        raise StageError(
            "input",
            f"{path.name}: no column {', '.join(sorted(missing))}",
            "write start,end,word as its first line",
        )
    words = []
    for row in rows:
        line = _Line(
            path=path, number=rows.line_num, text=",".join(str(v) for v in row.values()), recording=""
        )
        start, end = (line.seconds(_point(row[name] or "", sign), name) for name in ("start", "end"))
        if end < start:
            raise line.wrong("it ends before it starts")
        words.append(Unit(text=row["word"] or "", start=start, end=end))
    return _of_words(path, words)


def _point(number: str, sign: str) -> str:
    return number if sign == "," else number.replace(",", ".")


def _of_words(path: Path, words: list[Unit]) -> Source:
    if not words:
        raise StageError("input", f"{path.name}: no words")
    words.sort(key=lambda word: word.start or 0.0)
    return Source(name=path.name, kind=path.suffix[1:].lower(), units=tuple(words), words=tuple(words))


def _read_txt(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """Plain text, without times or speakers."""
    units = tuple(Unit(text=line.strip()) for line in text.splitlines() if line.strip())
    return Source(name=path.name, kind="txt", units=units)


READERS: dict[str, Callable[[Path, str, str], Source]] = {
    **dict.fromkeys(FORMATS, read_subtitles),
    ".rttm": _read_rttm,
    ".stm": _read_stm,
    ".ctm": _read_ctm,
    ".csv": _read_csv,
    ".txt": _read_txt,
    ".json": read_json,
}
"""The reader of each file extension."""


def first(sources: Sequence[Source], has: Callable[[Source], object], order: str) -> Source | None:
    """The first source for which `has` is true: by kind in `order`, then in the given order."""
    return next(_sorted(sources, has, order), None)


def _sorted(sources: Sequence[Source], has: Callable[[Source], object], order: str) -> Iterator[Source]:
    kinds = order.split()
    yield from sorted(
        (source for source in sources if source.kind in kinds and has(source)),
        key=lambda source: kinds.index(source.kind),
    )
