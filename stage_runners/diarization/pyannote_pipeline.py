"""Diarization with a complete pyannote pipeline (community-1, 3.1 or another), faster with equal results.

The original pipeline runs the embedding network for each pair of window and speaker, three times per window.
Here its trunk runs once per window, all speakers are pooled from it with three-dimensional weights, and
silent speakers get the network's constant for an empty mask. The embeddings stay identical bit by bit (a test
shows it).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MethodType
from typing import Any

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.diarization import pyannote_files
from stage_runners.diarization.diarizer import Diarization, Film, Turn
from stage_runners.diarization.limits import Limits
from stage_runners.frameworks import checkpoints

FAMILIES: tuple[str, ...] = ("pyannote",)
DEVICES = frozenset({"cpu", "cuda", "mps"})
_SHORTEST = 0.1
"""Seconds of sound that the pipeline's networks need."""


def load(params: Mapping[str, Any], device: str) -> PipelineDiarizer:
    """The pipeline of `params["_model"]`."""
    import torch

    torch.set_num_threads(max(1, int(params.get("_threads") or 1)))
    trusted = bool(params.get("trust_model_code"))
    return PipelineDiarizer(read_pipeline(Path(params["_model"]["path"]), device, trusted=trusted))


def read_pipeline(path: Path, device: str, *, trusted: bool = False) -> Any:
    """Load the pipeline whose `config.yaml` is in the folder `path`; `StageError("config")` if that fails.

    Only a `trusted` pipeline is loaded by pyannote itself, which runs whatever its files name.
    """
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    import torch
    from pyannote.audio.pipelines.speaker_diarization import SpeakerDiarization

    hint = "--diarize-model wants `embedded`, or a pyannote pipeline: a folder with config.yaml, or a Hub id"
    try:
        pipeline = _by_pyannote(path) if trusted else pyannote_files.load(path)
    except StageError as error:
        raise StageError(error.category, error.message, error.hint or hint) from error
    except Exception as error:
        raise StageError("config", f"{path}: the pipeline cannot be loaded: {error}", hint) from error
    if not isinstance(pipeline, SpeakerDiarization):
        raise StageError("config", f"{path}: {type(pipeline).__name__} is not a diarization pipeline", hint)
    pipeline.legacy = False
    pipeline.to(torch.device(device))
    if _has_trunk(pipeline):
        pipeline.get_embeddings = MethodType(shared_embeddings, pipeline)
    return pipeline


class PipelineDiarizer:
    """See `stage_runners.diarization.diarizer.Diarizer`."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self.method = f"pyannote pipeline, {pipeline.klustering}"

    def diarize(self, film: Film, limits: Limits, batch_size: int, context: Context) -> Diarization:
        """Run the pipeline over the film, including its segmentation; it does not use the film's scores."""
        import torch

        audio, pipeline = film.audio, self._pipeline
        if audio.seconds < _SHORTEST:
            return Diarization([], [], [], [], [])
        pipeline.embedding_batch_size = pipeline.segmentation_batch_size = batch_size

        def hook(step: str, _: Any, file: Any = None, total: int = 0, completed: int = 0) -> None:  # noqa: ARG001
            context.check()
            context.progress(completed, total, unit="batches", phase=step)

        recording = {
            "waveform": torch.from_numpy(audio.float32())[None],
            "sample_rate": audio.sample_rate,
            "uri": "film",
        }
        return _result(
            pipeline(
                recording,
                num_speakers=limits.exact,
                min_speakers=limits.least,
                max_speakers=limits.most,
                hook=hook,
            )
        )


def shared_embeddings(
    pipeline: Any, file: Any, binary_segmentations: Any, exclude_overlap: bool = False, hook: Any = None
) -> Any:
    """Embeddings (windows, speakers, size) of `SpeakerDiarization.get_embeddings`, at a third of its cost.

    A voice that the network cannot embed (NaN) is made silent in `binary_segmentations`: it would become the
    first speaker otherwise.
    """
    import numpy as np
    import torch

    network = pipeline._embedding.model_
    windows, _, speakers = binary_segmentations.data.shape
    masks = _masks(pipeline, binary_segmentations, exclude_overlap)
    active = masks.any(axis=1)
    embeddings = np.empty((windows, speakers, pipeline._embedding.dimension), np.float32)
    batch = max(1, int(pipeline.embedding_batch_size))
    chunks = binary_segmentations.sliding_window
    busy = np.flatnonzero(active.any(axis=1))
    with torch.inference_mode():
        for first in range(0, len(busy), batch):
            some = busy[first : first + batch]
            waves = [pipeline._audio.crop(file, chunks[int(k)], mode="pad")[0] for k in some]
            weights = torch.from_numpy(masks[some]).transpose(1, 2).contiguous()
            device = pipeline._embedding.device
            frames = network.forward_frames(torch.stack(waves).to(device))
            embeddings[some] = network.forward_embedding(frames, weights=weights.to(device)).cpu().numpy()
            if hook is not None:
                hook("embeddings", None, total=len(busy), completed=min(first + batch, len(busy)))
        if not active.all():
            embeddings[~active] = _silence(pipeline, masks.shape[1])
    lost = active & ~np.isfinite(embeddings).all(axis=2)
    binary_segmentations.data[np.broadcast_to(lost[:, None, :], binary_segmentations.data.shape)] = 0
    return embeddings


def _masks(pipeline: Any, segmentations: Any, exclude_overlap: bool) -> Any:
    """The frames used to embed each speaker of each window, float32 of shape (windows, frames, speakers)."""
    import math

    import numpy as np

    masks = np.nan_to_num(segmentations.data, nan=0.0).astype(np.float32)
    if not exclude_overlap:
        return masks
    samples = segmentations.sliding_window.duration * pipeline._embedding.sample_rate
    least = math.ceil(masks.shape[1] * pipeline._embedding.min_num_samples / samples)
    clean = masks * (np.sum(segmentations.data, axis=2, keepdims=True) < 2)
    enough = clean.sum(axis=1, keepdims=True) > least
    return np.where(enough, clean, masks).astype(np.float32)


def _silence(pipeline: Any, frames: int) -> Any:
    """The network's output for an empty mask, which does not depend on the sound."""
    import torch

    device, size = pipeline._embedding.device, round(10.0 * pipeline._embedding.sample_rate)
    trunk = pipeline._embedding.model_.forward_frames(torch.zeros(1, 1, size, device=device))
    return pipeline._embedding.model_.forward_embedding(trunk, weights=torch.zeros(1, frames, device=device))[
        0
    ].cpu()


def _has_trunk(pipeline: Any) -> bool:
    network = getattr(getattr(pipeline, "_embedding", None), "model_", None)
    return hasattr(network, "forward_frames") and hasattr(network, "forward_embedding")


def _by_pyannote(path: Path) -> Any:
    """What pyannote makes of the folder, code included."""
    import yaml
    from pyannote.audio import Pipeline
    from pyannote.audio.pipelines import speaker_diarization

    checkpoints.trust()
    config = yaml.safe_load((path / pyannote_files.CONFIG).read_text(encoding="utf-8"))
    stock = speaker_diarization.get_plda
    if config["pipeline"].get("params", {}).get("clustering", "VBxClustering") != "VBxClustering":
        speaker_diarization.get_plda = lambda *_, **__: (
            None
        )  # pyannote fetches one that the pipeline does not use
    try:
        return Pipeline.from_pretrained(path)
    finally:
        speaker_diarization.get_plda = stock


def _result(output: Any) -> Diarization:
    """Labels in order of appearance; a speaker without a valid embedding has turns, but no vector."""
    import numpy as np

    labels = output.speaker_diarization.labels()
    tracks = [
        sorted((s.start, s.end, label) for s, _, label in annotation.itertracks(yield_label=True))
        for annotation in (output.speaker_diarization, output.exclusive_speaker_diarization)
    ]
    order = list(dict.fromkeys(label for _, _, label in sorted(tracks[0] + tracks[1])))
    names = {label: f"SPEAKER_{place:02d}" for place, label in enumerate(order)}
    turns, exclusive = ([Turn(start, end, names[label]) for start, end, label in rows] for rows in tracks)
    vectors = (
        {}
        if output.speaker_embeddings is None
        else dict(zip(labels, output.speaker_embeddings, strict=False))
    )
    norms = {label: float(np.linalg.norm(vector)) for label, vector in vectors.items()}
    voiced = [label for label in order if np.isfinite(norms.get(label, np.nan)) and norms[label] > 0]
    return Diarization(
        turns,
        exclusive,
        [names[label] for label in voiced],
        [vectors[label] / norms[label] for label in voiced],
        [sum(end - start for start, end, label in tracks[1] if label == voice) for voice in voiced],
    )
