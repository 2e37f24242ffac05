"""The registry of diarizers, and the choice of a diarizer for a model.

A new diarizer is a module that satisfies `stage_runners.diarization.diarizer.DiarizerModule`, and a line in
`DIARIZERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipc.errors import ContractError, StageError
from stage_runners.diarization import embedded, pyannote_pipeline
from stage_runners.diarization.diarizer import Diarizer, DiarizerModule

DIARIZERS: dict[str, DiarizerModule] = {
    "embedded": embedded,
    "pyannote": pyannote_pipeline,
}
EMBEDDED = "campplus"
"""The id of the embedded speaker model."""


def load(params: Mapping[str, Any], device: str) -> Diarizer:
    """Load the diarizer of `params["_model"]`; `StageError("config")` if it does not run on `device`."""
    model = params["_model"]
    module = DIARIZERS[name_for(model)]
    if device not in module.DEVICES:
        raise StageError(
            "config",
            f"{model.get('id') or model['path']}: does not run on {device}; only the embedded model does",
            "use --diarize-model embedded, --device diarization=mps or --device diarization=cpu",
        )
    return module.load(params, device)


def name_for(model: Mapping[str, Any]) -> str:
    """The name of the diarizer for a model, by its `family`, or else by its id."""
    family = model.get("family")
    if not family:
        return "embedded" if model.get("id") == EMBEDDED else "pyannote"
    for name, module in DIARIZERS.items():
        if family in module.FAMILIES:
            return name
    raise ContractError(f"no diarizer loads models of the family {family!r}")
