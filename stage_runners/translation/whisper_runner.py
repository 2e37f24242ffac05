"""Translation to English by Whisper on CTranslate2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.translation import by_whisper
from stage_runners.translation.stage import BY_WHISPER
from stage_runners.whisper.ctranslate2 import engine

STAGE = BY_WHISPER

load = engine.load


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in English."""
    by_whisper.run(model, inputs, context, "faster-whisper batched")
