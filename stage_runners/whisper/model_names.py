"""The base name of a Whisper model, for all packagers."""

from __future__ import annotations

import re
from pathlib import Path

_PACKING = re.compile(r"(-(mlx|fp16|fp32|[48]bit|q[48]|int8|asr))+$")
"""Suffixes that distinguish conversions of one model."""


def model_name(identity: str) -> str:
    """`base` of `Systran/faster-whisper-base` as of `mlx-community/whisper-base-mlx-8bit`."""
    name = Path(identity).name.removeprefix("faster-").removeprefix("whisper-")
    return _PACKING.sub("", name)
