"""Speech recognition: Whisper on MLX (Apple's GPU; on Linux its CPU), batched over the windows of speech.

mlx-whisper's network and weights, with a beam search of our own: mlx-whisper decodes greedily, one window at a time. Everything
around the network is what the CTranslate2 backend uses. docs/decisions/ has the comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.asr import transcribe
from stage_runners.asr.stage import ASR
from stage_runners.whisper.mlx import engine

STAGE = ASR

load = engine.load


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` of everything that is said in the speech regions."""
    context.fact("computed_on", f"mlx {model.model.device}")
    transcribe.run(model, inputs, context, f"mlx-whisper batched, beam search, on MLX's {model.model.device}")
