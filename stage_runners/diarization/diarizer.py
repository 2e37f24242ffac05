"""The interface between the stage and its diarizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ipc.artifacts import Audio, open_audio, read
from ipc.context import Context
from stage_runners.diarization.limits import Limits
from stage_runners.vad.frame_scores import Scores, read_scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Film:
    """The inputs of a film's diarization. Speech and scores are read when first used."""

    audio: Audio
    speech_path: Path
    scores_path: Path

    @classmethod
    def of(cls, inputs: Mapping[str, Path]) -> Film:
        """The film of the stage's inputs."""
        return cls(open_audio(inputs["audio"]), inputs["speech"], inputs["scores"])

    def speech(self) -> NDArray[np.float64]:
        """Start and end of the regions of speech, of shape (n, 2) in seconds, in order."""
        import numpy as np

        table = read(self.speech_path, "regions").table
        return np.stack([table.column("start").to_numpy(), table.column("end").to_numpy()], axis=1)

    def scores(self) -> Scores:
        """The frame scores of the segmentation network."""
        return read_scores(self.scores_path)


@dataclass(frozen=True)
class Turn:
    """Seconds of one person's speech; `confidence` in 0..1, None where nothing measures it."""

    start: float
    end: float
    speaker: str
    confidence: float | None = None


@dataclass(frozen=True)
class Diarization:
    """Turns by start, with and without overlap, and the embedding of each of `speakers`.

    `vectors` (speakers, size) have unit length; `seconds` is the amount of clean speech behind each.
    """

    turns: Sequence[Turn]
    exclusive: Sequence[Turn]
    speakers: Sequence[str]
    vectors: Sequence[NDArray[np.float32]] | NDArray[np.float32]
    seconds: Sequence[float]


class Diarizer(Protocol):
    """A loaded diarizer."""

    @property
    def method(self) -> str:
        """The method, for the provenance of the result."""

    def diarize(self, film: Film, limits: Limits, batch_size: int, context: Context) -> Diarization:
        """Find the speaker turns. `batch_size` is the amount per step; it does not change the result."""


@runtime_checkable
class EmbedsVoices(Protocol):
    """A diarizer that also tells a voice by stretches that are known to be of one person."""

    def embed_voices(
        self, samples: NDArray[np.int16], times: NDArray[np.float64], batch: int, context: Context
    ) -> NDArray[np.float32]:
        """Unit vectors (n, size) of the stretches `times` (n, 2) in seconds; NaN for digital silence."""


class DiarizerModule(Protocol):
    """The module of a diarizer."""

    FAMILIES: tuple[str, ...]
    """Families of models that it diarizes with."""
    DEVICES: frozenset[str]
    """Where it can run."""

    def load(self, params: Mapping[str, Any], device: str) -> Diarizer:
        """Load the diarizer with the model of `params["_model"]`; `StageError("config")` if it fails."""
