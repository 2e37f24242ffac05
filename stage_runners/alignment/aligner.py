"""The interface between the stage's method and its aligners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ipc.artifacts import Audio
from stage_runners.alignment.pieces import Aligned, Piece


class Word(NamedTuple):
    """A word as written, whether a space precedes it, and its approximate time in seconds of the film."""

    text: str
    space: bool
    start: float
    end: float


class Aligner(Protocol):
    """A loaded aligner."""

    def align(
        self, audio: Audio, piece: Piece, words: Sequence[Word], language: str
    ) -> Sequence[Aligned | None]:
        """The times of a piece's words, in seconds of the film; None for a word without a reliable time."""


class AlignerModule(Protocol):
    """The module of an aligner."""

    METHOD: str
    """Its name: as --align-model and the table of words have it."""
    LANGUAGES: frozenset[str] | None
    """Codes of the languages that it aligns; None where its model decides, and the user who chose it."""
    FAMILIES: tuple[str, ...]
    """Families of models that it aligns with; empty where it needs no model."""

    def missing(self) -> str:
        """What it lacks in this environment; empty if nothing."""

    def load(self, params: Mapping[str, Any], device: str) -> Aligner:
        """Load the aligner, with the model of `params["_model"]` if any, or raise `StageError("config")`."""
