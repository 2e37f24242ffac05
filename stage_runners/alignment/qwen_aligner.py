"""Forced alignment by Qwen3-ForcedAligner (technical report, arXiv 2601.21337), in an environment of its own.

The network reads the sound and the words with two marks after each, and tells for each mark a time on a grid
of 80 ms. It needs no pronunciations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipc.artifacts import Audio
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.pieces import Aligned, Piece
from stage_runners.qwen.languages import ALIGNED, NAMES
from stage_runners.qwen.units import units_of

if TYPE_CHECKING:
    from stage_runners.qwen.forced_aligner import ForcedAligner

METHOD = "qwen3-forced-aligner"
LANGUAGES: frozenset[str] | None = ALIGNED
FAMILIES: tuple[str, ...] = ("qwen3-aligner",)
_TRANSFORMERS = 5
"""The version from which on it can have these networks."""


def missing() -> str:
    """What this environment lacks of it: `auto` runs in one whose Transformers is too old."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("transformers")
    except PackageNotFoundError:
        installed = "0"
    if int(installed.partition(".")[0]) >= _TRANSFORMERS:
        return ""
    return "Qwen3's aligner runs in the environment qwen: name it with --align-model qwen3-forced-aligner"


def load(params: Mapping[str, Any], device: str) -> Aligner:
    """The model of the folder, or of a Hub id that is on this disk."""
    from stage_runners.qwen.forced_aligner import ForcedAligner

    threads = int(params.get("_threads") or 1)
    return QwenAligner(ForcedAligner.load(str(params["_model"]["path"]), device, threads))


class QwenAligner:
    """See `stage_runners.alignment.aligner.Aligner`."""

    def __init__(self, network: ForcedAligner) -> None:
        self._network = network

    def align(self, audio: Audio, piece: Piece, words: Sequence[Word], language: str) -> list[Aligned | None]:
        """Times of the words; None for one without letters, and one whose times are out of order."""
        nothing: list[Aligned | None] = [None] * len(words)
        if language not in NAMES or piece.end - piece.start > self._network.longest:
            return nothing
        units = units_of([word.text for word in words], language)
        if not units:
            return nothing
        found = self._network.times(audio.float32(piece.start, piece.end), [unit.text for unit in units])
        result = nothing
        for unit, time in zip(units, found, strict=True):
            if time is None:
                continue
            for place, first, last in unit.words:
                start = piece.start + time.start + first * (time.end - time.start)
                end = min(piece.end, piece.start + time.start + last * (time.end - time.start))
                before = result[place]
                score = time.probability if before is None else min(before.score, time.probability)
                result[place] = Aligned(start if before is None else before.start, end, score)
        return result
