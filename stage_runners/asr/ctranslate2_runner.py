"""Speech recognition: Whisper by CTranslate2, batched over the windows of speech.

This is WhisperX's pipeline (windows cut by voice activity, decoded in batches without timestamps) made of
faster-whisper's own calls, which WhisperX wraps: importing `whisperx.asr` takes 9 to 12 s, faster-whisper 0.3 s.
docs/decisions/ has the comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.asr import transcribe
from stage_runners.asr.stage import ASR
from stage_runners.whisper.ctranslate2 import engine

STAGE = ASR

load = engine.load


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` of everything that is said in the speech regions."""
    transcribe.run(model, inputs, context, "faster-whisper batched")
