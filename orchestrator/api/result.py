"""What `subtitle` returns. Times are seconds from the start of the film, or of the clip, as in its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputFile:
    """A file that was written: its `format` (`srt`, `json`, `film`, ...), and its size in bytes.

    `note` says why it has another name than expected; it is empty if it has not.
    """

    format: str
    path: Path
    size: int
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """A cue: its lines, without labels, and who speaks them, by name and in the order of the lines.

    `flags` are those of docs/run-json.md, such as `too_fast`.
    """

    start: float
    end: float
    text: str
    speakers: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def speaker(self) -> str | None:
        """The first of its speakers; None without any."""
        return self.speakers[0] if self.speakers else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A recognised word, before any edits of the cues.

    `start` and `end` are None if the word could not be timed; `probability` is the recogniser's, from 0 to 1.
    `space` marks a blank before it; `overlap` that two people speak at once.
    """

    text: str
    start: float | None
    end: float | None
    speaker: str | None
    probability: float | None
    space: bool
    overlap: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Text that may be wrong, or speech without text, as in the report's list.

    `verdict` is one of `ipc.schemas.DOUBTS`: `dropped`, `flagged`, `recovered`, `empty`, and with a known
    text `unspoken` and `extra`. `reasons` are words; `score` is how certain it is, from 0 to 1.
    """

    start: float
    end: float
    verdict: str
    text: str
    reasons: tuple[str, ...]
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A chapter of the film, with `chapters=True`."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """A speaker, in order of appearance.

    `label` is what `speakers="LABEL=NAME"` takes. Without a known name, `name` is `Speaker 1`, and `known` is
    false. `source` is how the name is known, in words; `seconds` is how long the person speaks.
    """

    label: str
    name: str
    known: bool
    source: str
    seconds: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """A subtitled film.

    `outcome` is `done` or `degraded`, and `failed` or `interrupted` in a `SubtitleError`. `degraded` has the
    reasons, as `stage: reason`. `language` is an ISO 639-1 code, empty if nothing was transcribed.
    `translations` has the cues of each target language. `doubts` are those of the report, `chapters` empty
    without the option. `notes` are the sentences of the command's summary,
    `notices` what it would print besides.
    """

    film: Path
    outcome: str
    language: str
    degraded: tuple[str, ...]
    files: tuple[OutputFile, ...]
    cues: tuple[Cue, ...]
    translations: Mapping[str, tuple[Cue, ...]]
    words: tuple[Word, ...]
    speakers: tuple[Speaker, ...]
    doubts: tuple[Doubt, ...]
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        """In short: notebooks show it, and a film has ten thousand words."""
        counts = {name: len(getattr(self, name)) for name in ("cues", "words", "speakers", "files")}
        holds = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"Result({self.film.name!r}, {self.outcome}, language={self.language!r}: {holds})"


def from_json(body: Mapping[str, Any], notices: Iterable[str]) -> Result:
    """The result that the process reports (`orchestrator.api.made`)."""
    return Result(
        film=Path(body["film"]),
        outcome=body["outcome"],
        language=body["language"],
        degraded=tuple(body["degraded"]),
        files=tuple(OutputFile(**{**one, "path": Path(one["path"])}) for one in body["files"]),
        cues=_cues(body["cues"]),
        translations={code: _cues(rows) for code, rows in body["translations"].items()},
        words=tuple(Word(**one) for one in body["words"]),
        speakers=tuple(Speaker(**one) for one in body["speakers"]),
        doubts=tuple(Doubt(**{**one, "reasons": tuple(one["reasons"])}) for one in body["doubts"]),
        chapters=tuple(Chapter(**one) for one in body["chapters"]),
        notes=tuple(body["notes"]),
        notices=tuple(notices),
    )


def _cues(rows: Iterable[Mapping[str, Any]]) -> tuple[Cue, ...]:
    return tuple(
        Cue(**{**row, "speakers": tuple(row["speakers"]), "flags": tuple(row["flags"])}) for row in rows
    )
