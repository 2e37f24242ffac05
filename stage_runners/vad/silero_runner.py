"""The stage silero_vad: speech regions, by a small recurrent network that runs through the film."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ipc.context import Context
from stage_runners.vad.regions import Spans, drop_short, fill_gaps, means, pad, spans_of
from stage_runners.vad.stage import SILERO_VAD
from stage_runners.vad.thresholds import SILERO

STAGE = SILERO_VAD

_FRAME, _CONTEXT, _RATE = 512, 64, 16000
_BLOCK_FRAMES = 1875
"""Samples per pass, a minute: memory does not depend on the film's length."""


class SileroNetwork(Protocol):
    """Silero's network, in torch or on MLX."""

    def scores(self, samples: NDArray[np.float32], state: Any = None) -> tuple[NDArray[np.float32], Any]:
        """A score from 0 to 1 for each frame of samples in [-1, 1], and the next state.

        The samples begin with the last samples of the previous call.
        """


def load(params: Mapping[str, Any], device: str) -> SileroNetwork:
    """The network with the weights of the package silero-vad."""
    import torch

    torch.set_num_threads(max(1, int(params.get("_threads") or 1)))
    if device == "mlx":
        from stage_runners.vad import silero_mlx

        return silero_mlx.read_network()
    from stage_runners.vad import silero

    return silero.read_network()


def run(network: SileroNetwork, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `speech`: regions in seconds, `confidence` the mean score of their frames."""
    from ipc.artifacts import open_audio

    audio = open_audio(inputs["audio"])
    context.method = "silero-vad 6"
    scores = frame_scores(network, audio.samples, context)
    threshold = float(context.params["vad_threshold"])
    spans = speech(
        scores,
        threshold,
        min_speech=_frames(context.params["min_speech_ms"]),
        min_silence=_frames(context.params["min_silence_ms"]),
        padding=_frames(context.params["speech_pad_ms"]),
    )
    seconds = spans * (_FRAME / _RATE)
    context.fact("seconds", round(audio.seconds, 3))
    context.fact("speech_seconds", round(float(np.sum(seconds[:, 1] - seconds[:, 0])), 3))
    context.save(
        "speech",
        {
            "start": np.minimum(seconds[:, 0], audio.seconds),
            "end": np.minimum(seconds[:, 1], audio.seconds),
            "confidence": means(scores, spans),
        },
    )


def speech(
    scores: NDArray[Any], threshold: float, *, min_speech: int, min_silence: int, padding: int
) -> Spans:
    """Spans of frames with speech, by Silero's rule.

    Speech begins when a score reaches `threshold`, and ends when scores stay a margin below it for
    `min_silence` frames; spans shorter than `min_speech` are dropped, and the others padded.
    """
    low = max(threshold - SILERO.below, SILERO.lowest)
    marks = np.where(scores >= threshold, 1, np.where(scores < low, -1, 0))
    # Between the two thresholds the state does not change.
    known = np.where(marks != 0, np.arange(len(marks)), -1)
    last = np.maximum.accumulate(known) if len(known) else known
    active = (last >= 0) & (marks[np.maximum(last, 0)] == 1)
    return pad(drop_short(fill_gaps(spans_of(active), min_silence), min_speech), padding, len(scores))


def frame_scores(network: SileroNetwork, samples: NDArray[np.int16], context: Context) -> NDArray[np.float32]:
    """A score from 0 to 1 for every 32 ms of int16 PCM at 16 kHz; the last frame is padded with silence."""
    from ipc.errors import StageError

    total = len(samples) / _RATE
    before = np.zeros(_CONTEXT, np.float32)
    state: Any = None
    scores: list[NDArray[np.float32]] = []
    for first in range(0, len(samples), _BLOCK_FRAMES * _FRAME):
        context.check()
        block = samples[first : first + _BLOCK_FRAMES * _FRAME].astype(np.float32) / 32768.0
        block = np.concatenate([before, block, np.zeros(-len(block) % _FRAME, np.float32)])
        before = block[-_CONTEXT:]
        found, state = network.scores(block, state)
        scores.append(found)
        context.progress(min(first + _BLOCK_FRAMES * _FRAME, len(samples)) / _RATE, total)
    result = np.concatenate(scores) if scores else np.zeros(0, np.float32)
    if not np.isfinite(result).all():
        raise StageError("crash", "Silero's scores are not finite numbers", "run `orchestrator doctor`")
    return result


def _frames(milliseconds: Any) -> int:
    return max(0, round(float(milliseconds) * _RATE / 1000 / _FRAME))
