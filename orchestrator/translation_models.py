"""Models that translate: by which method, and where they are."""

from __future__ import annotations

from pathlib import Path

from orchestrator import whisper_models


def method_of(model: str) -> str:
    """The method that can use the model of this name: whisper, indictrans2 or ctranslate2."""
    name = Path(model).name.lower()
    if "indictrans" in name:
        return "indictrans2"
    if name == "whisper" or model in whisper_models.FOR_CTRANSLATE2 or "whisper" in name:
        return "whisper"
    return "ctranslate2"
