"""Forced alignment by a wav2vec2 CTC network (Baevski et al. 2020), in torch or, on Apple's GPU, in MLX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ipc.artifacts import Audio
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.pieces import Aligned, Piece
from stage_runners.frameworks import checkpoints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stage_runners.alignment.letters import Letters

METHOD = "wav2vec2"
LANGUAGES: frozenset[str] | None = None
FAMILIES: tuple[str, ...] = ("wav2vec2",)
SAMPLE_RATE = 16000
_SHORTEST = 400
"""Samples that the network's first layers need."""


class Network(Protocol):
    """A loaded network."""

    def log_probs(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Samples (n,), at least `_SHORTEST`, to log-probabilities (frames, characters)."""


def missing() -> str:
    """Nothing: its packages are the environment's."""
    return ""


def load(params: Mapping[str, Any], device: str) -> Aligner:
    """The model of the folder, or of a Hub id that is on this disk."""
    from stage_runners.alignment import letters

    folder = Path(str(params["_model"]["path"]))
    checkpoints.check(folder)
    known = letters.read(folder)
    return Wav2Vec2Aligner(_network(folder, device, int(params.get("_threads") or 1)), known)


def _network(folder: Path, device: str, threads: int) -> Network:
    if device == "mlx":
        from stage_runners.alignment import wav2vec2_mlx

        return wav2vec2_mlx.read_network(folder)
    from stage_runners.alignment import wav2vec2_torch

    return wav2vec2_torch.read_network(folder, device, threads)


class Wav2Vec2Aligner:
    """See `stage_runners.alignment.aligner.Aligner`."""

    def __init__(self, network: Network, letters: Letters) -> None:
        self._network = network
        self._letters = letters

    def align(self, audio: Audio, piece: Piece, words: Sequence[Word], language: str) -> list[Aligned | None]:
        """Times of the words; None for a word without characters in the model's vocabulary."""
        import numpy as np

        from stage_runners.alignment import ctc

        nothing: list[Aligned | None] = [None] * len(words)
        tokens, owners = self._letters.tokens(words, language)
        known = {owner for token, owner in zip(tokens, owners, strict=True) if token != ctc.ANY}
        if not known - {-1}:
            return nothing
        pcm = audio.float32(piece.start, piece.end)
        padded = np.pad(pcm, (0, max(0, _SHORTEST - len(pcm))))
        log_probs = self._network.log_probs(padded)
        spans = ctc.spans(log_probs, tokens, self._letters.blank)
        if spans is None:
            return nothing
        frame = len(pcm) / SAMPLE_RATE / len(log_probs)
        result = nothing
        for index in sorted(known - {-1}):
            own = [one for one, owner in zip(spans, owners, strict=True) if owner == index]
            start, end = own[0].start * frame, own[-1].end * frame
            score = sum(one.score for one in own) / len(own)
            result[index] = Aligned(start + piece.start, end + piece.start, score)
        return result
