"""The stage pyannote_vad: scores of pyannote's segmentation network, and from them speech and overlap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ipc.context import Context
from stage_runners.vad.frame_scores import (
    CLASSES,
    FRAME,
    OFFSET,
    RATE,
    WINDOW,
    WINDOW_FRAMES,
    Scores,
    edge,
    window_starts,
)
from stage_runners.vad.regions import Spans, hysteresis, mask_of, means, spans_of, touching
from stage_runners.vad.stage import PYANNOTE_VAD
from stage_runners.vad.thresholds import AGREEMENT

STAGE = PYANNOTE_VAD

_SAMPLES_A_FRAME = 270


class SegmentationNetwork(Protocol):
    """PyanNet, in torch or on MLX."""

    def scores(self, waves: NDArray[np.float32]) -> NDArray[np.float32]:
        """Waves (windows, 1, samples) in [-1, 1] to log-probabilities (windows, frames, classes)."""


def load(params: Mapping[str, Any], device: str) -> SegmentationNetwork:
    """The segmentation network of `params["_model"]["path"]` on `device`."""
    import torch

    torch.set_num_threads(max(1, int(params.get("_threads") or 1)))
    path = Path(params["_model"]["path"])
    if device == "mlx":
        from stage_runners.vad import pyannet_mlx

        return pyannet_mlx.read_network(path)
    from stage_runners.vad import pyannet

    return pyannet.read_network(path, device)


def run(network: SegmentationNetwork, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `scores` (log-probabilities, one row per window), `speech` and `overlap`.

    Results are equal for all batch sizes up to rounding: probabilities differed by at most 3e-7 between
    batches of 6 and 1 (pyannote's sample, one CPU; a test requires less than 1e-4).
    """
    from ipc.artifacts import open_audio, read

    audio = open_audio(inputs["audio"])
    silero = read(inputs["silero_speech"], "regions")
    context.method = "segmentation-3.0 and silero"
    scores = network_scores(network, audio.samples, context)
    onset, offset = float(context.params["vad_onset"]), float(context.params["vad_offset"])
    if not 0 < offset <= onset < 1:
        from ipc.errors import StageError

        raise StageError(
            "config", f"--vad-offset {offset}, --vad-onset {onset}: need 0 < --vad-offset <= --vad-onset < 1"
        )
    frames = int(np.clip((audio.seconds - OFFSET) / FRAME, 0, scores.frames))
    theirs = np.stack(
        [silero.table.column("start").to_numpy(), silero.table.column("end").to_numpy()], axis=1
    )
    sure = silero.table.column("confidence").fill_null(0).to_numpy() >= AGREEMENT.sure
    probability = scores.speech()[:frames]
    speech = both(probability, theirs, sure, onset, offset)
    together = scores.overlap()[:frames]
    context.fact("seconds", round(audio.seconds, 3))
    context.fact("speech_seconds", round(float((speech[:, 1] - speech[:, 0]).sum()) * FRAME, 3))
    context.save("speech", _columns(speech, probability))
    context.save("overlap", _columns(hysteresis(together, onset, offset), together))
    _save_scores(scores, context)


def both(
    probability: NDArray[Any],
    silero: NDArray[np.float64],
    sure: NDArray[np.bool_],
    onset: float,
    offset: float,
) -> Spans:
    """Spans of speech from pyannote's `probability` by frame and Silero's regions `silero` (n, 2) in seconds.

    A span that both detect counts entirely, including what either adds at its edges: the recogniser sees
    nothing else, so a missed word is lost. A span that only one detects counts if that one is confident
    (pyannote: a frame reaches `AGREEMENT.sure`; Silero: `sure`): music and noise sometimes mislead one of the
    two, but seldom both.
    """
    total = len(probability)
    ours = hysteresis(probability, onset, offset)
    theirs = np.clip(np.rint((silero - OFFSET) / FRAME), 0, total).astype(np.int64)
    peaks = np.array([probability[first:last].max() for first, last in ours], float)
    kept = ours[touching(ours, theirs) | (peaks >= AGREEMENT.sure)]
    kept_theirs = theirs[touching(theirs, ours) | sure]
    return spans_of(mask_of(kept, total) | mask_of(kept_theirs, total))


def network_scores(network: SegmentationNetwork, samples: NDArray[np.int16], context: Context) -> Scores:
    """Run the network over every window of int16 PCM at 16 kHz, padded with silence."""
    from ipc.errors import StageError

    starts, size = window_starts(len(samples)), round(WINDOW * RATE)
    batch = max(1, int(context.params["batch_size"]))
    values = np.empty((len(starts), WINDOW_FRAMES, len(CLASSES)), np.float32)
    for first in range(0, len(starts), batch):
        context.check()
        some = starts[first : first + batch]
        waves = np.zeros((len(some), 1, size), np.float32)
        for row, start in enumerate(some):
            piece = samples[start * _SAMPLES_A_FRAME :][:size]
            waves[row, 0, : len(piece)] = piece.astype(np.float32) / 32768.0
        values[first : first + len(some)] = network.scores(waves)
        done = min(some[-1] * _SAMPLES_A_FRAME + size, len(samples))
        context.progress(done / RATE, len(samples) / RATE)
    if not np.isfinite(values).all():
        raise StageError(
            "crash",
            f"the segmentation model's scores on {context.device} are not finite numbers",
            "try --device pyannote_vad=cpu",
        )
    return Scores(np.array(starts, np.int64), values)


def _columns(spans: Spans, scores: NDArray[Any]) -> dict[str, Any]:
    return {"start": edge(spans[:, 0]), "end": edge(spans[:, 1]), "confidence": means(scores, spans)}


def _save_scores(scores: Scores, context: Context) -> None:
    import pyarrow as pa

    width = WINDOW_FRAMES * len(CLASSES)
    offsets = pa.array(np.arange(len(scores.starts) + 1, dtype=np.int32) * width)
    lists = pa.ListArray.from_arrays(offsets, pa.array(scores.values.reshape(-1)))
    facts = {
        "classes": CLASSES,
        "frames": WINDOW_FRAMES,
        "window_seconds": WINDOW,
        "frame_seconds": FRAME,
        "frame_offset": OFFSET,
    }
    context.save("scores", {"start": scores.starts * FRAME, "scores": lists}, facts)
