"""Translation by CTranslate2: NLLB-200 and OPUS-MT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.frameworks import cuda_libraries
from stage_runners.translation import by_text, ctranslate2_model
from stage_runners.translation.stage import BY_CTRANSLATE2
from stage_runners.translation.translator import Line

STAGE = BY_CTRANSLATE2

_LONGEST = 512
"""Tokens of a source that a model reads at most: what it was trained with."""
_MOST = 256
"""Tokens that it may write: twice what the longest sentence takes. The same for every batch, or results would depend on its size."""


def load(params: Mapping[str, Any], device: str) -> Translator:
    """The model in the folder `params["_model"]["path"]` on `device`, converted first where it is Transformers' layout."""
    import ctranslate2

    if device == "cuda":
        cuda_libraries.load_cublas()
    model = params["_model"]
    folder = ctranslate2_model.prepared(model)
    asked = _compute_type(params, device, ctranslate2.get_supported_compute_types(device))
    try:
        network = ctranslate2.Translator(
            str(folder),
            device=device,
            compute_type=asked,
            inter_threads=1,
            intra_threads=params.get("_threads") or 0,
        )
    except (RuntimeError, ValueError, OSError) as error:
        if "memory" in str(error).lower():
            raise
        raise StageError(
            "config",
            f"{folder} is no model that CTranslate2 can read: {error}",
            "`orchestrator models` lists what is there.",
        ) from error
    return Translator(network, ctranslate2_model.tokenizer(folder, str(model.get("id", ""))))


def run(model: Translator, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the target language."""
    model.batch = int(context.params["batch_size"])
    model.beam = int(context.params["beam_size"])
    context.fact("compute_type", model.compute_type)
    by_text.run(model, inputs, context)


def _compute_type(params: Mapping[str, Any], device: str, supported: set[str]) -> str:
    asked = str(params.get("compute_type") or "default")
    if asked == "default":
        return "int8" if device == "cpu" else ("float16" if "float16" in supported else "auto")
    if asked not in {*supported, "auto"}:
        said = f"--compute_type {asked} is nothing that {device} can do here."
        raise StageError("config", said, f"It can do {', '.join(sorted(supported))}.")
    return asked


class Translator:
    """A `translation_line.Translator` around a ctranslate2.Translator and its tokenizer."""

    placeholder = "XQ{}"
    in_order = False

    def __init__(self, network: Any, tokens: ctranslate2_model.Nllb | ctranslate2_model.Marian) -> None:
        self._network, self._tokens = network, tokens
        self.compute_type = str(network.compute_type)
        self.method = f"{tokens.method}, {self.compute_type}"
        self.batch, self.beam = 16, 4

    def begin(self, film: Sequence[Line], target: str, context: Context) -> None:
        """Nothing: a sentence is translated by itself."""

    def refuses(self, language: str, target: str) -> str:
        """Why the model cannot translate from `language` to `target`; empty where it can."""
        return self._tokens.refuses(language, target)

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The lines' translations; from the second attempt on with a wider search that may repeat nothing."""
        requests = [self._tokens.request(line.text, line.language, target) for line in lines]
        results = self._network.translate_batch(
            [request.source for request in requests],
            target_prefix=[request.prefix for request in requests] if requests[0].prefix else None,
            beam_size=self.beam + 2 * attempt,
            no_repeat_ngram_size=0 if attempt == 0 else 5 - attempt,
            repetition_penalty=1.0 if attempt < 2 else 1.2,
            disable_unk=True,
            max_input_length=_LONGEST,
            max_decoding_length=_MOST,
        )
        return [
            self._tokens.text(result.hypotheses[0], request.prefix)
            for result, request in zip(results, requests, strict=True)
        ]
