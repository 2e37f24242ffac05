"""Runs the stage with the engine of its model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.asr import engines, transcribe
from stage_runners.asr.stage import ASR
from stage_runners.recognition.recognizer import Recognizer

STAGE = ASR


def load(params: Mapping[str, Any], device: str) -> Recognizer:
    """Load the model of `params["_model"]` on `device`."""
    return engines.load(params, device)


def run(recognizer: Recognizer, inputs: Mapping[str, Path], context: Context) -> None:
    """Transcribe the speech regions, and write `segments`, `words` and `doubts`."""
    transcribe.run(recognizer, inputs, context)
