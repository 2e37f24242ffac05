"""Whisper on CTranslate2, through faster-whisper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.frameworks import cuda_libraries
from stage_runners.whisper.ctranslate2 import weights


def load(params: Mapping[str, Any], device: str) -> Any:
    """Load the model of `params["_model"]["path"]` on `device`, with `params["compute_type"]`."""
    import ctranslate2
    from faster_whisper import WhisperModel

    if device == "cuda":
        cuda_libraries.load_cublas()
    path = str(weights.prepared(params["_model"]))
    if not (Path(path) / "tokenizer.json").is_file():
        # faster-whisper would download another model's tokenizer from the Hub
        raise StageError(
            "config",
            f"{path}: no tokenizer.json; not a complete faster-whisper model",
            "run `orchestrator models` to list the models on this machine",
        )
    asked = params.get("compute_type") or "default"
    supported = ctranslate2.get_supported_compute_types(device)
    if asked == "default":
        asked = "int8" if device == "cpu" else ("float16" if "float16" in supported else "auto")
    elif asked not in {*supported, "auto"}:
        raise StageError(
            "config",
            f"--compute-type {asked}: not supported on {device} of this machine",
            f"choose one of {', '.join(sorted(supported))}",
        )
    try:
        return WhisperModel(path, device=device, compute_type=asked, cpu_threads=params.get("_threads") or 0)
    except (RuntimeError, ValueError, OSError) as error:
        if "memory" in str(error).lower():
            raise
        raise StageError(
            "config",
            f"{path}: not a Whisper model that CTranslate2 can read: {error}",
            "run `orchestrator models` to list the models on this machine",
        ) from error
