"""Declares Qwen3-ASR as a speech recognition engine, and loads it with Transformers.

It is a language model that reads sound: an encoder turns a second into 13 vectors, which stand in a prompt
before the text (technical report, arXiv 2601.21337). So it can be asked for the language, can read names to
expect, and can score any text. It gives no word times: the alignment does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import on
from stage_runners.qwen.languages import NAMES
from stage_runners.qwen.thresholds import DECODING, THRESHOLDS
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.engine import Engine

if TYPE_CHECKING:
    from stage_runners.qwen.recognizer import QwenRecognizer

_PACKAGES = ("transformers", "torch")
ENGINE = Engine(
    name="qwen3-asr",
    families=("qwen3-asr",),
    backends=(
        on("cuda", "asr.runner", "qwen", packages=_PACKAGES),
        on("mps", "asr.runner", "qwen", packages=_PACKAGES, checked=True),
        on("cpu", "asr.runner", "qwen", packages=_PACKAGES),
    ),
    capabilities=Capabilities(
        longest_window=DECODING.longest_window,
        languages=tuple(NAMES),
        word_times="",
        detects_language=True,
        scores_text=True,
        takes_prompt=True,
    ),
    thresholds=THRESHOLDS,
)


def load(params: Mapping[str, Any], device: str) -> QwenRecognizer:
    """Load the model of `params["_model"]["path"]` on `device`, with `params["compute_type"]`."""
    from stage_runners.qwen.network import Network
    from stage_runners.qwen.recognizer import QwenRecognizer

    network = Network.load(
        str(params["_model"]["path"]),
        device,
        str(params.get("compute_type") or "default"),
        int(params.get("_threads") or 1),
    )
    return QwenRecognizer(network, ENGINE.capabilities)
