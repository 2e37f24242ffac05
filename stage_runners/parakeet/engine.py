"""Declares Parakeet TDT as a speech recognition engine, and loads it: by onnx-asr, or by parakeet-mlx.

It is a transducer: it writes a token only where it hears one, so it has the time of each and makes up little
in silence. It has no text decoder that could score a text or take a prompt, and it detects the language
without telling which. onnxruntime for processors and that for CUDA are one Python module, so each has an
environment; parakeet-mlx is for Apple's GPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import on
from stage_runners.parakeet.languages import EUROPEAN
from stage_runners.parakeet.thresholds import PARAKEET, THRESHOLDS
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.engine import Engine

if TYPE_CHECKING:
    from stage_runners.parakeet.recognizer import ParakeetRecognizer

_ONNX = ("onnx-asr", "py3langid")
ENGINE = Engine(
    name="parakeet",
    families=("parakeet",),
    backends=(
        on("cuda", "asr.runner", "parakeet-cuda", packages=(*_ONNX, "onnxruntime-gpu")),
        on("mlx", "asr.runner", "parakeet-mlx", packages=("parakeet-mlx", "mlx", "py3langid")),
        on("cpu", "asr.runner", "parakeet", packages=(*_ONNX, "onnxruntime")),
    ),
    capabilities=Capabilities(
        longest_window=PARAKEET.longest_window,
        languages=EUROPEAN,
        word_times="tdt",
        detects_language=False,
        scores_text=False,
        takes_prompt=False,
    ),
    thresholds=THRESHOLDS,
)


def load(params: Mapping[str, Any], device: str) -> ParakeetRecognizer:
    """Load the model of `params["_model"]["path"]` on `device`, with `params["compute_type"]`."""
    from stage_runners.parakeet.recognizer import ParakeetRecognizer

    model: Mapping[str, Any] = params["_model"]
    compute_type = str(params.get("compute_type") or "default")
    if device == "mlx":
        from stage_runners.parakeet import on_mlx

        return ParakeetRecognizer(on_mlx.load(model, compute_type), ENGINE.capabilities, model)
    from stage_runners.parakeet import on_onnx

    network = on_onnx.load(model, compute_type, device, int(params.get("_threads") or 0))
    return ParakeetRecognizer(network, ENGINE.capabilities, model)
