"""No alignment: words keep the recogniser's times, such as those of Whisper's attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipc.artifacts import Audio
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.pieces import Piece

METHOD = "attention"
LANGUAGES: frozenset[str] | None = None
FAMILIES: tuple[str, ...] = ()


def missing() -> str:
    """Nothing."""
    return ""


def load(params: Mapping[str, Any], device: str) -> Aligner:  # noqa: ARG001 - the interface's
    """Needs no model."""
    return _Rough()


class _Rough:
    def align(self, audio: Audio, piece: Piece, words: Sequence[Word], language: str) -> list[None]:  # noqa: ARG002 - the interface's
        return [None] * len(words)
