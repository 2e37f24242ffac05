"""CAM++ embeddings of pieces of speech."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ipc.context import Context
from stage_runners.vad.frame_scores import RATE

_FEATURES = 148
"""Feature frames of 1.5 s."""


class VoiceNetwork(Protocol):
    """CAM++, in torch or on MLX."""

    def embeddings(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log mel features (batch, frames, 80), each piece's mean removed, to raw embeddings (batch, 192)."""


def embed(
    network: VoiceNetwork,
    samples: NDArray[np.int16],
    times: NDArray[np.float64],
    batch: int,
    context: Context,
) -> NDArray[np.float32]:
    """Unit-length embeddings (n, 192) of the stretches `times` (n, 2) in seconds, each at most 1.5 s.

    A shorter piece is repeated until it fills 1.5 s. Digital silence gives a row of NaN.
    """
    vectors = np.empty((len(times), 192), np.float32)
    for first in range(0, len(times), batch):
        context.check()
        features = np.stack([_features(samples, *span) for span in times[first : first + batch]])
        found = network.embeddings(features)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        vectors[first : first + batch] = np.where(norms > 0, found / np.maximum(norms, 1e-9), np.nan)
        context.progress(times[min(first + batch, len(times)) - 1, 1], len(samples) / RATE, phase="voices")
    return vectors


def _features(samples: NDArray[np.int16], start: float, end: float) -> NDArray[np.float32]:
    import torch

    from stage_runners.diarization.kaldi_fbank import fbank

    first = min(max(0, round(start * RATE)), max(0, len(samples) - 400))
    last = min(max(first + 400, round(end * RATE)), first + 1 * _FEATURES * 160 + 240)
    piece = torch.from_numpy(samples[first:last].astype(np.float32) / 32768.0)
    features = fbank(piece[None])[0]
    features = features - features.mean(0, keepdim=True)
    times = -(-_FEATURES // len(features))
    repeated: NDArray[np.float32] = features.repeat(times, 1)[:_FEATURES].numpy()
    return repeated
