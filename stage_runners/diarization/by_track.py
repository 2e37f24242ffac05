"""Diarization of a film with a track or a channel for each speaker: who speaks is who is heard in their own.

Silero finds the speech of each track, `crosstalk` takes out what it has of the others. Voices are embedded
where one person speaks alone, from their own track, so that saved voices are recognised as elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipc.artifacts import open_audio, read
from ipc.context import Context
from stage_runners.diarization import crosstalk
from stage_runners.diarization.crosstalk import HOP, RATE
from stage_runners.diarization.diarizer import Diarization, Diarizer, EmbedsVoices, Turn
from stage_runners.diarization.thresholds import CROSSTALK, PIECES
from stage_runners.vad import silero_runner
from stage_runners.vad.regions import mask_of, spans_of
from stage_runners.vad.silero_runner import SileroNetwork

METHOD = "a track for each speaker: Silero, levels between the tracks"
_FRAME = 512
"""Samples of a frame of Silero."""
_PIECES = 60
"""Pieces of a voice that are embedded at most."""


@dataclass(frozen=True)
class Apart:
    """The sound of each speaker, of shape (speakers, samples), and their labels."""

    labels: Sequence[str]
    samples: NDArray[np.int16]


def of(inputs: Mapping[str, Path]) -> Apart | None:
    """The speakers who have a track or a channel; None if the film is an ordinary one."""
    if "titles" not in inputs:
        return None
    labels = [row["speaker"] for row in read(inputs["titles"], "speakers").rows()]
    return Apart(labels, open_audio(inputs["voices"]).samples.reshape(len(labels), -1)) if labels else None


def diarize(apart: Apart, diarizer: Diarizer, device: str, batch_size: int, context: Context) -> Diarization:
    """Find the turns. Voices are embedded if the diarizer's model can; else saved ones are not recognised."""
    network = silero_runner.load({}, device)
    levels, speech = [], []
    for samples in apart.samples:
        context.check()
        levels.append(crosstalk.levels(samples))
        speech.append(_speech(network, samples, len(levels[-1]), context))
    active = crosstalk.speaking(levels, speech)
    alone = crosstalk.exclusive(active, levels)
    solo = active & (active.sum(axis=0) == 1)
    vectors, seconds, voiced = [], [], []
    for label, samples, row in zip(apart.labels, apart.samples, solo, strict=True):
        vector = _voice(diarizer, samples, row, batch_size, context)
        if vector is not None:
            voiced.append(label)
            vectors.append(vector)
            seconds.append(float(row.sum()) * HOP / RATE)
    return Diarization(_turns(active, apart.labels), _turns(alone, apart.labels), voiced, vectors, seconds)


def _speech(
    network: SileroNetwork, samples: NDArray[np.int16], frames: int, context: Context
) -> NDArray[np.bool_]:
    """Whether each frame of 10 ms has anybody's speech."""
    scores = silero_runner.frame_scores(network, samples, context)
    spans = silero_runner.speech(
        scores,
        CROSSTALK.speech,
        min_speech=round(CROSSTALK.shortest_s * RATE / _FRAME),
        min_silence=round(CROSSTALK.join_s * RATE / _FRAME),
        padding=CROSSTALK.padding,
    )
    return mask_of(np.rint(spans * (_FRAME / HOP)).astype(np.int64), frames)


def _voice(
    diarizer: Diarizer, samples: NDArray[np.int16], solo: NDArray[np.bool_], batch: int, context: Context
) -> NDArray[np.float32] | None:
    """The unit vector of the voice that speaks alone in the frames `solo`; None if there is too little."""
    if not isinstance(diarizer, EmbedsVoices):
        return None
    length, least = (round(s * RATE / HOP) for s in (PIECES.length, PIECES.shortest))
    spans = [
        (first, min(first + length, int(end)))
        for start, end in spans_of(solo)
        for first in range(int(start), int(end) - least + 1, length)
    ]
    if not spans:
        return None
    chosen = np.array(spans[:: -(-len(spans) // _PIECES)]) * (HOP / RATE)
    found = diarizer.embed_voices(samples, chosen, batch, context)
    found = found[np.isfinite(found).all(axis=1)]
    if not len(found):
        return None
    mean: NDArray[np.float32] = found.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _turns(active: NDArray[np.bool_], labels: Sequence[str]) -> list[Turn]:
    turns = [
        Turn(first * HOP / RATE, last * HOP / RATE, label)
        for label, row in zip(labels, active, strict=True)
        for first, last in spans_of(row).tolist()
    ]
    return sorted(turns, key=lambda turn: (turn.start, turn.end, turn.speaker))
