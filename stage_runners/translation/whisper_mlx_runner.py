"""Translation to English by Whisper on MLX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.translation import by_whisper
from stage_runners.translation.stage import BY_WHISPER
from stage_runners.whisper.mlx import engine

STAGE = BY_WHISPER

load = engine.load


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in English."""
    context.fact("computed_on", f"mlx {model.model.device}")
    by_whisper.run(model, inputs, context, f"mlx-whisper batched, beam search, on MLX's {model.model.device}")
