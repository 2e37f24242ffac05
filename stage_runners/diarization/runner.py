"""The stage diarization: speaker turns, by the diarizer of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.diarization import by_track, diarizers
from stage_runners.diarization.diarizer import Diarizer, Film, Turn
from stage_runners.diarization.limits import limits
from stage_runners.diarization.stage import DIARIZATION

STAGE = DIARIZATION


def load(params: Mapping[str, Any], device: str) -> Diarizer:
    """The diarizer with the model of `params["_model"]`."""
    return diarizers.load(params, device)


def run(diarizer: Diarizer, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `turns` (may overlap), `exclusive_turns` (one at a time), `embeddings` (one per speaker)."""
    bounds = limits(context.params)
    film = Film.of(inputs)
    context.method = diarizer.method
    context.fact("seconds", round(film.audio.seconds, 3))
    batch = max(1, int(context.params["batch_size"]))
    if apart := by_track.of(inputs):
        context.method = by_track.METHOD
        result = by_track.diarize(apart, diarizer, context.device, batch, context)
    else:
        result = diarizer.diarize(film, bounds, batch, context)
    speakers = len({turn.speaker for turn in result.turns})
    context.fact("speakers", speakers)
    if speakers < bounds.least and result.turns:
        context.warn(
            f"found {speakers} of {bounds.least} requested speakers: too little speech of one person alone"
        )
    context.save("turns", _columns(result.turns))
    context.save("exclusive_turns", _columns(result.exclusive))
    context.save(
        "embeddings",
        {
            "speaker": list(result.speakers),
            "vector": [list(map(float, v)) for v in result.vectors],
            "seconds": result.seconds,
        },
    )


def _columns(turns: Sequence[Turn]) -> dict[str, list[Any]]:
    return {
        "start": [turn.start for turn in turns],
        "end": [turn.end for turn in turns],
        "speaker": [turn.speaker for turn in turns],
        "confidence": [turn.confidence for turn in turns],
    }
