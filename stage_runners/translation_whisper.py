"""Translation to English by Whisper on CTranslate2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners import asr_engine_ct2, translation_by_whisper

STAGE = translation_by_whisper.STAGE
VERSION = translation_by_whisper.VERSION

load = asr_engine_ct2.load


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in English."""
    translation_by_whisper.run(model, inputs, context, "faster-whisper batched")
