"""Diarization: who spoke when, by the method that `--diarize_model` names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.diarization.stage import DIARIZATION

STAGE = DIARIZATION

EMBEDDED = "campplus"
"""The id under which the models of the package know the embedded voice network."""


@dataclass(frozen=True)
class Limits:
    """How many speakers there may be: at least `least`, at most `most` (None: no limit)."""

    least: int = 1
    most: int | None = None

    @property
    def exact(self) -> int | None:
        """The number of speakers where it is given."""
        return self.least if self.least == self.most else None


def limits(params: Mapping[str, Any]) -> Limits:
    """The limits that num_speakers, min_speakers and max_speakers set; `StageError("config")` where they contradict."""
    given = {
        name: None if params.get(name) is None else int(params[name])
        for name in ("num_speakers", "min_speakers", "max_speakers")
    }
    for name, value in given.items():
        if value is not None and value < 1:
            raise StageError("config", f"--{name} {value}: there is at least 1 speaker")
    exact, least, most = given["num_speakers"], given["min_speakers"], given["max_speakers"]
    if (
        (least is not None and most is not None and least > most)
        or (exact is not None and least is not None and exact < least)
        or (exact is not None and most is not None and exact > most)
    ):
        said = ", ".join(f"--{name} {value}" for name, value in given.items() if value is not None)
        raise StageError("config", f"{said} contradict one another", "give one of them, or a range")
    return Limits(exact or least or 1, exact or most)


def load(params: Mapping[str, Any], device: str) -> Any:
    """The voice network, or the whole pyannote pipeline, of `params["_model"]`.

    `StageError("config")` for a pipeline on MLX, which has the embedded voice network alone.
    """
    path, embedded = Path(params["_model"]["path"]), _embedded(params["_model"])
    if device == "mlx" and not embedded:
        raise StageError(
            "config",
            f"{params['_model'].get('id') or path} does not run on mlx: only the embedded diarization does",
            "--diarize_model embedded, or --device diarization=mps or diarization=cpu",
        )
    import torch

    torch.set_num_threads(max(1, int(params.get("_threads") or 1)))
    if not embedded:
        from stage_runners.diarization.pyannote_pipeline import read_pipeline

        return read_pipeline(path, device)
    if device == "mlx":
        from stage_runners.diarization import campplus_mlx

        return campplus_mlx.read_network(path)
    from stage_runners.diarization import campplus

    return campplus.read_network(path, device)


def run(model: Any, inputs: Mapping[str, Path], context: Any) -> None:
    """Write `turns` (people may overlap), `exclusive_turns` (one at a time) and `embeddings` (one a speaker)."""
    bounds = limits(context.params)
    if _embedded(context.model):
        from stage_runners.diarization.embedded import diarize
    else:
        from stage_runners.diarization.pyannote_pipeline import diarize
    result = diarize(model, inputs, bounds, context)
    speakers = list(result.speakers)
    context.fact("speakers", len({turn.speaker for turn in result.turns}))
    if len({turn.speaker for turn in result.turns}) < bounds.least and result.turns:
        context.warn(f"found fewer speakers than asked ({bounds.least}): there is too little clean speech")
    for name, turns in (("turns", result.turns), ("exclusive_turns", result.exclusive)):
        context.save(
            name,
            {
                "start": [turn.start for turn in turns],
                "end": [turn.end for turn in turns],
                "speaker": [turn.speaker for turn in turns],
                "confidence": [turn.confidence for turn in turns],
            },
        )
    context.save(
        "embeddings",
        {
            "speaker": speakers,
            "vector": [list(map(float, v)) for v in result.vectors],
            "seconds": result.seconds,
        },
    )


def _embedded(model: Mapping[str, Any]) -> bool:
    return model.get("id") == EMBEDDED
