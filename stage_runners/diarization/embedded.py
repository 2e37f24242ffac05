"""The embedded diarizer: pyannote's frame scores and CAM++ embeddings, without an access token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ipc.context import Context
from ipc.intervals import length, union
from stage_runners.diarization.clustering import cluster
from stage_runners.diarization.diarizer import Diarization, Film, Turn
from stage_runners.diarization.embeddings import VoiceNetwork, embed
from stage_runners.diarization.limits import Limits
from stage_runners.diarization.pieces import Pieces, cut
from stage_runners.diarization.scenes import one_cast
from stage_runners.diarization.tails import extended, fading, levels
from stage_runners.diarization.thresholds import TURNS
from stage_runners.diarization.turns import FrameTurn, by_appearance, film_turns
from stage_runners.diarization.window_names import name_windows
from stage_runners.vad.frame_scores import FRAME, OFFSET, Scores, edge
from stage_runners.vad.regions import mask_of

FAMILIES: tuple[str, ...] = ("campplus",)
DEVICES = frozenset({"cpu", "cuda", "mps", "mlx"})


def load(params: Mapping[str, Any], device: str) -> EmbeddedDiarizer:
    """The voice network of `params["_model"]`, in torch or on MLX."""
    import torch

    torch.set_num_threads(max(1, int(params.get("_threads") or 1)))
    path = Path(params["_model"]["path"])
    if device == "mlx":
        from stage_runners.diarization import campplus_mlx

        return EmbeddedDiarizer(campplus_mlx.read_network(path))
    from stage_runners.diarization import campplus

    return EmbeddedDiarizer(campplus.read_network(path, device))


class EmbeddedDiarizer:
    """See `stage_runners.diarization.diarizer.Diarizer`.

    The segmentation network's scores come from pyannote_vad: that network does not run again.
    """

    method = "embedded: segmentation-3.0, CAM++, average linkage"

    def __init__(self, network: VoiceNetwork) -> None:
        self.network = network

    def diarize(self, film: Film, limits: Limits, batch_size: int, context: Context) -> Diarization:
        """Find pieces of one voice, embed and cluster them, assign them in every window, and make turns."""
        audio, scores = film.audio, film.scores()
        spoken = np.rint((film.speech() - OFFSET) / FRAME).astype(np.int64)
        context.progress(0, audio.seconds, phase="pieces")
        strict, count = speakers_at_once(scores, mask_of(spoken, scores.frames))
        pieces = cut(scores, strict)
        vectors = embed(self.network, audio.samples, edge(pieces.spans), batch_size, context)
        context.progress(audio.seconds, audio.seconds, phase="clusters")
        fades = fading(levels(audio.samples, scores.frames), scores.speech(), count)
        return assemble(scores, strict, count, fades, pieces, vectors, limits, context.log)

    def embed_voices(
        self, samples: NDArray[np.int16], times: NDArray[np.float64], batch: int, context: Context
    ) -> NDArray[np.float32]:
        """See `stage_runners.diarization.diarizer.EmbedsVoices`."""
        return embed(self.network, samples, times, batch, context)


def speakers_at_once(
    scores: Scores, spoken: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of speakers in each frame, strict and generous; 0 where `spoken` (frames,) is false.

    The strict number is the rounded mean over windows, for finding clean voices. The generous number is also
    1 if speech is more probable than not although no speaker of a window is active, for finding turns.
    """
    strict = np.where(spoken, scores.count(), 0)
    return strict, np.where(spoken, np.maximum(strict, scores.speech() >= TURNS.speech), 0)


def assemble(
    scores: Scores,
    strict: NDArray[np.int64],
    count: NDArray[np.int64],
    fades: NDArray[np.bool_],
    pieces: Pieces,
    vectors: NDArray[np.float32],
    limits: Limits,
    log: Callable[[str], None],
) -> Diarization:
    """Cluster the voices, and make the turns.

    `fades` (frames,) tells where a turn may go on after its end; `log` reports a scene matched to the film's
    speakers.
    """
    with_voice = np.isfinite(vectors).all(axis=1)
    labels = np.full(len(vectors), -1, np.int64)
    labels[with_voice] = cluster(vectors[with_voice], pieces.spans[with_voice], limits.least, limits.most)
    if int(labels.max(initial=-1)) + 1 >= 2 * limits.least:
        cast = one_cast(vectors[with_voice], pieces.spans[with_voice], labels[with_voice])
        if cast.max(initial=-1) < labels.max(initial=-1):
            log("a scene with otherwise unheard voices was matched to the film's speakers: its sound differs")
        labels[with_voice] = cast
    speakers = int(labels.max(initial=-1)) + 1
    centroids = _centroids(vectors, labels, pieces.lengths, speakers)
    names = name_windows(scores, pieces, vectors, centroids)
    shortest = round(TURNS.shortest / FRAME)
    cosines = vectors @ centroids.T
    certain = np.full(len(vectors), -1, np.int64)
    turns, exclusive = film_turns(scores, strict, count, names, pieces, cosines, certain, shortest)
    while len(heard := {turn.speaker for turn in turns}) < min(limits.least, speakers):
        lost = (labels >= 0) & ~np.isin(labels, list(heard)) & (certain < 0)
        if not lost.any():
            break
        certain[lost] = labels[lost]
        turns, exclusive = film_turns(scores, strict, count, names, pieces, cosines, certain, shortest)
    turns, exclusive = extended(turns, fades), extended(exclusive, fades)
    order = by_appearance(sorted([*turns, *exclusive], key=lambda turn: turn.first))
    names_of = {speaker: f"SPEAKER_{place:02d}" for place, speaker in enumerate(order)}
    confidence = _Confidence(pieces, vectors, centroids)

    def named(found: list[FrameTurn]) -> list[Turn]:
        return [Turn(edge(t.first), edge(t.last), names_of[t.speaker], confidence.of(t)) for t in found]

    seconds = [_seconds(pieces.spans[labels == speaker]) for speaker in order]
    return Diarization(
        named(turns), named(exclusive), [names_of[s] for s in order], centroids[order], seconds
    )


def _centroids(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], weights: NDArray[np.int64], speakers: int
) -> NDArray[np.float32]:
    size = vectors.shape[1] if vectors.ndim == 2 else 0
    centroids = np.zeros((speakers, size), np.float32)
    for speaker in range(speakers):
        own = labels == speaker
        centroids[speaker] = weights[own] @ vectors[own]
    found: NDArray[np.float32] = centroids / np.maximum(
        np.linalg.norm(centroids, axis=1, keepdims=True), 1e-9
    )
    return found


def _seconds(spans: NDArray[np.int64]) -> float:
    """The part of the film that `spans` (n, 2), in frames, cover; neighbouring pieces overlap by half."""
    return length(union((first, last) for first, last in spans.tolist())) * FRAME


class _Confidence:
    """The confidence of a turn's speaker."""

    def __init__(self, pieces: Pieces, vectors: NDArray[np.float32], centroids: NDArray[np.float32]) -> None:
        self._middles = pieces.spans.mean(axis=1) if len(pieces.spans) else np.zeros(0)
        self._cosines = vectors @ centroids.T if len(centroids) else np.zeros((len(vectors), 0))

    def of(self, turn: FrameTurn) -> float | None:
        """(1 + m) / 2, with m the mean margin of its pieces' cosines to their centroid over the best other.

        None if the turn has no clean speech, or there is only one speaker.
        """
        low, high = np.searchsorted(self._middles, (turn.first, turn.last))
        cosines = self._cosines[low:high]
        cosines = cosines[np.isfinite(cosines).all(axis=1)]
        if not len(cosines) or cosines.shape[1] < 2:
            return None
        others = np.delete(cosines, turn.speaker, axis=1).max(axis=1)
        return float(np.clip((1 + np.mean(cosines[:, turn.speaker] - others)) / 2, 0, 1))
