"""The rows of tables as types: one `TypedDict` for each kind, with the columns of `ipc.schemas`.

Only type checkers distinguish them from a dict. Times are seconds on the film's clock; `ipc.schemas`
documents the columns. `read_rows` reads a table with typed rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypedDict, overload


class RegionRow(TypedDict):
    """A row of `regions`."""

    start: float
    end: float
    confidence: float | None


class TurnRow(TypedDict):
    """A row of `turns`."""

    start: float
    end: float
    speaker: str
    confidence: float | None


class SegmentRow(TypedDict):
    """A row of `segments`."""

    id: int
    start: float
    end: float
    text: str
    language: str
    language_probability: float | None
    avg_logprob: float | None
    no_speech_prob: float | None
    compression_ratio: float | None
    temperature: float | None
    confidence: float | None
    speaker: str | None


class WordRow(TypedDict):
    """A row of `words`."""

    segment: int
    text: str
    space: bool
    start: float | None
    end: float | None
    probability: float | None
    score: float | None
    method: str
    speaker: str | None
    speaker_confidence: float | None
    overlap: bool


class SpeakerRow(TypedDict):
    """A row of `speakers`."""

    speaker: str
    name: str | None
    confidence: float
    source: str
    evidence: list[str]


class DoubtRow(TypedDict):
    """A row of `doubts`."""

    start: float
    end: float
    segment: int | None
    verdict: str
    text: str
    reasons: list[str]
    score: float


class PieceRow(TypedDict):
    """A row of `pieces`."""

    start: float
    end: float
    at: float
    speaker: str | None


class ShotRow(TypedDict):
    """A row of `shots`."""

    time: float
    score: float


class SoundRow(TypedDict):
    """A row of `sounds`."""

    start: float
    end: float
    kind: str
    confidence: float | None


class PhraseRow(TypedDict):
    """A row of `phrases`."""

    word: int
    cost: float


@overload
def read_rows(path: Path, kind: Literal["regions"]) -> list[RegionRow]: ...
@overload
def read_rows(path: Path, kind: Literal["turns"]) -> list[TurnRow]: ...
@overload
def read_rows(path: Path, kind: Literal["segments"]) -> list[SegmentRow]: ...
@overload
def read_rows(path: Path, kind: Literal["words"]) -> list[WordRow]: ...
@overload
def read_rows(path: Path, kind: Literal["speakers"]) -> list[SpeakerRow]: ...
@overload
def read_rows(path: Path, kind: Literal["doubts"]) -> list[DoubtRow]: ...
@overload
def read_rows(path: Path, kind: Literal["pieces"]) -> list[PieceRow]: ...
@overload
def read_rows(path: Path, kind: Literal["shots"]) -> list[ShotRow]: ...
@overload
def read_rows(path: Path, kind: Literal["sounds"]) -> list[SoundRow]: ...
@overload
def read_rows(path: Path, kind: Literal["phrases"]) -> list[PhraseRow]: ...
def read_rows(path: Path, kind: str) -> Any:
    """Read and validate the table at `path`, and return its rows; `ContractError` names a wrong column."""
    from ipc.artifacts import read

    return read(path, kind).rows()
