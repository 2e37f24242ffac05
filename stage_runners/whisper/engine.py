"""Declares Whisper as a speech recognition engine, and loads it: on CTranslate2, or on MLX for Apple's GPU.

On CTranslate2 this is WhisperX's pipeline (windows from voice activity, decoded in batches without
timestamps), built from the faster-whisper calls that WhisperX wraps: importing `whisperx.asr` takes 9 to 12
s, faster-whisper 0.3 s. On MLX it is mlx-whisper's network and weights with our beam search, because
mlx-whisper decodes greedily, one window at a time. docs/decisions/ has the comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import on
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.engine import Engine
from stage_runners.text.iso639 import LANGUAGES
from stage_runners.whisper.sizes import WINDOW
from stage_runners.whisper.thresholds import THRESHOLDS

if TYPE_CHECKING:
    from stage_runners.whisper.recognizer import WhisperRecognizer

ENGINE = Engine(
    name="whisper",
    families=("whisper",),
    backends=(
        on("cuda", "asr.runner", "whisperx"),
        # A second transcription in one process has crashed on Macs, in MLX's own code.
        on("mlx", "asr.runner", "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", "asr.runner", "whisperx"),
    ),
    capabilities=Capabilities(
        longest_window=WINDOW,
        languages=tuple(LANGUAGES),
        word_times="attention",
        detects_language=True,
        scores_text=True,
        takes_prompt=True,
    ),
    thresholds=THRESHOLDS,
)


def load(params: Mapping[str, Any], device: str) -> WhisperRecognizer:
    """Load the model of `params["_model"]["path"]` on `device`, with `params["compute_type"]`."""
    from stage_runners.whisper.recognizer import WhisperRecognizer

    identity = str(params["_model"].get("id", ""))
    if device == "mlx":
        from stage_runners.whisper.mlx import engine as on_mlx

        model = on_mlx.load(params, device)
        place = model.model.device
        method = f"mlx-whisper batched, beam search, on MLX's {place}"
        return WhisperRecognizer(model, ENGINE.capabilities, method, identity, computed_on=f"mlx {place}")
    from stage_runners.whisper.ctranslate2 import engine as on_ctranslate2

    return WhisperRecognizer(
        on_ctranslate2.load(params, device), ENGINE.capabilities, "faster-whisper batched", identity
    )
