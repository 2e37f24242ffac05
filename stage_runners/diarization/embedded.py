"""Diarization from pyannote's frame scores and CAM++ voices, without a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ipc.intervals import length, union
from stage_runners.diarization.clustering import cluster
from stage_runners.diarization.pieces import Pieces, cut
from stage_runners.diarization.result import Diarization, Turn
from stage_runners.diarization.scenes import one_cast
from stage_runners.diarization.turns import (
    FrameTurn,
    activity,
    by_appearance,
    decide,
    heed_voices,
    name_windows,
    turns_of,
)
from stage_runners.vad.frame_scores import FRAME, OFFSET, Scores, edge, read_scores
from stage_runners.vad.regions import mask_of

_SHORTEST = round(0.1 / FRAME)
"""Frames: shorter turns are dropped. Gaps are not closed: that cost more false alarms than it found speech."""


def diarize(model: Any, inputs: Mapping[str, Path], limits: Any, context: Any) -> Diarization:
    """Pieces of one voice, their embeddings, clusters, names in every window, turns.

    The network's scores come from pyannote_vad: the segmentation network does not run again.
    """
    from ipc.artifacts import open_audio, read
    from stage_runners.diarization.embeddings import embed

    context.method = "embedded: segmentation-3.0, CAM++, spectral clustering"
    audio, scores = open_audio(inputs["audio"]), read_scores(inputs["scores"])
    context.fact("seconds", round(audio.seconds, 3))
    speech = read(inputs["speech"], "regions").table
    times = np.stack([speech.column("start").to_numpy(), speech.column("end").to_numpy()], axis=1)
    spoken = np.rint((times - OFFSET) / FRAME).astype(np.int64)
    context.progress(0, audio.seconds, phase="pieces")
    strict, count = speakers_at_once(scores, mask_of(spoken, scores.frames))
    pieces = cut(scores, strict)
    batch = max(1, int(context.params["batch_size"]))
    vectors = embed(model, audio.samples, edge(pieces.spans), batch, context)
    context.progress(audio.seconds, audio.seconds, phase="clusters")
    return assemble(scores, strict, count, pieces, vectors, limits, context.log)


def speakers_at_once(
    scores: Scores, spoken: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many speak in each frame, strictly and generously; nobody where `spoken` (frames,) is not set.

    Strictly: the rounded mean over windows. It says where one voice is clean. Generously: also one where speech is more
    probable than not, although no speaker of a window is. It says what belongs to turns.
    """
    strict = np.where(spoken, scores.count(), 0)
    return strict, np.where(spoken, np.maximum(strict, scores.speech() >= 0.5), 0)


def assemble(
    scores: Scores,
    strict: NDArray[np.int64],
    count: NDArray[np.int64],
    pieces: Pieces,
    vectors: NDArray[np.float32],
    limits: Any,
    tell: Callable[[str], None],
) -> Diarization:
    """Cluster the voices and write down who speaks when."""
    heard = np.isfinite(vectors).all(axis=1)
    labels = np.full(len(vectors), -1, np.int64)
    labels[heard] = cluster(vectors[heard], pieces.spans[heard], limits.least, limits.most)
    if int(labels.max(initial=-1)) + 1 >= 2 * limits.least:
        cast = one_cast(vectors[heard], pieces.spans[heard], labels[heard])
        if cast.max(initial=-1) < labels.max(initial=-1):
            tell("a scene with voices heard nowhere else was taken for the same people under another sound")
        labels[heard] = cast
    speakers = int(labels.max(initial=-1)) + 1
    centroids = _centroids(vectors, labels, pieces.lengths, speakers)
    names = name_windows(scores, pieces, vectors, centroids)
    active = heed_voices(activity(scores, names, speakers), strict, pieces, vectors @ centroids.T)
    turns = turns_of(decide(active, count), _SHORTEST)
    exclusive = turns_of(decide(active, np.minimum(count, 1)), _SHORTEST)
    order = by_appearance(sorted([*turns, *exclusive], key=lambda turn: turn.first))
    called = {speaker: f"SPEAKER_{place:02d}" for place, speaker in enumerate(order)}
    confidence = _Confidence(pieces, vectors, centroids)

    def named(found: list[FrameTurn]) -> list[Turn]:
        return [Turn(edge(t.first), edge(t.last), called[t.speaker], confidence.of(t)) for t in found]

    seconds = [_seconds(pieces.spans[labels == speaker]) for speaker in order]
    return Diarization(named(turns), named(exclusive), [called[s] for s in order], centroids[order], seconds)


def _centroids(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], weights: NDArray[np.int64], speakers: int
) -> NDArray[np.float32]:
    size = vectors.shape[1] if vectors.ndim == 2 else 0
    centroids = np.zeros((speakers, size), np.float32)
    for speaker in range(speakers):
        own = labels == speaker
        centroids[speaker] = weights[own] @ vectors[own]
    return centroids / np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-9)


def _seconds(spans: NDArray[np.int64]) -> float:
    """How much of the film `spans` (n, 2) in frames cover; pieces of one stretch overlap by half."""
    return length(union((first, last) for first, last in spans.tolist())) * FRAME


class _Confidence:
    """How sure the name of a turn is."""

    def __init__(self, pieces: Pieces, vectors: NDArray[np.float32], centroids: NDArray[np.float32]) -> None:
        self._middles = pieces.spans.mean(axis=1) if len(pieces.spans) else np.zeros(0)
        self._cosines = vectors @ centroids.T if len(centroids) else np.zeros((len(vectors), 0))

    def of(self, turn: FrameTurn) -> float | None:
        """(1 + mean margin of the cosine to the own centroid over the best other one) / 2 of the pieces in the turn.

        None where the turn holds no piece of clean speech, or there is nobody else.
        """
        low, high = np.searchsorted(self._middles, (turn.first, turn.last))
        cosines = self._cosines[low:high]
        cosines = cosines[np.isfinite(cosines).all(axis=1)]
        if not len(cosines) or cosines.shape[1] < 2:
            return None
        others = np.delete(cosines, turn.speaker, axis=1).max(axis=1)
        return float(np.clip((1 + np.mean(cosines[:, turn.speaker] - others)) / 2, 0, 1))
