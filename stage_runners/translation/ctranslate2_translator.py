"""NLLB-200 and OPUS-MT, by CTranslate2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ipc.declaration import Param, Resources, Stage, on
from ipc.errors import StageError
from stage_runners.translation import thresholds
from stage_runners.translation.declared import FROM_TEXT, KEPT, TARGET, TRANSLATED, Translator
from stage_runners.translation.thresholds import ATTEMPTS, CTRANSLATE2_TOKENS

if TYPE_CHECKING:
    from pathlib import Path

    from ipc.context import Context
    from stage_runners.translation.ctranslate2_tokens import Marian, Nllb
    from stage_runners.translation.translator import Line

_MODULE = "translation.ctranslate2_translator"

STAGE = Stage(
    name="translation",
    version=4,
    backends=(on("cuda", _MODULE, "translation"), on("cpu", _MODULE, "translation")),
    inputs=FROM_TEXT,
    outputs=TRANSLATED,
    params=(
        TARGET,
        *KEPT,
        Param(name="translation_model", load=True, help="NLLB-200 or OPUS-MT: a name, a Hub id or a folder"),
        Param(name="compute_type", default="default", load=True),
        Param(name="beam_size", default=4),
        Param(name="batch_size", default=16, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=3000, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("ctranslate2", "transformers"),
    model="translation_model",
    model_role="translation",
    thresholds=(*thresholds.FROM_TEXT, CTRANSLATE2_TOKENS),
)

TRANSLATOR = Translator(name="ctranslate2", stage=STAGE, families=("nllb-opus",))


class Result(Protocol):
    """A translation as CTranslate2 gives it."""

    @property
    def hypotheses(self) -> Sequence[Sequence[str]]:
        """Tokens, the best translation first."""


class Network(Protocol):
    """What is used of a ctranslate2.Translator."""

    @property
    def compute_type(self) -> str:
        """int8, float16, ..."""

    def translate_batch(
        self,
        source: Sequence[Sequence[str]],
        target_prefix: Sequence[Sequence[str]] | None,
        *,
        beam_size: int,
        no_repeat_ngram_size: int,
        repetition_penalty: float,
        disable_unk: bool,
        max_input_length: int,
        max_decoding_length: int,
    ) -> Sequence[Result]:
        """The translation of each source."""


class Loaded:
    """A network, its tokenizer, and their name for the provenance."""

    def __init__(self, network: Network, tokens: Nllb | Marian) -> None:
        self.network, self.tokens = network, tokens
        self.compute_type = str(network.compute_type)
        self.method = f"{tokens.method}, {self.compute_type}"


def load(params: Mapping[str, Any], device: str) -> Loaded:
    """The model in the folder `params["_model"]["path"]` on `device`; one in Transformers' layout is
    converted first.
    """
    import ctranslate2

    from stage_runners.frameworks import cuda_libraries
    from stage_runners.translation import ctranslate2_tokens

    if device == "cuda":
        cuda_libraries.load_cublas()
    model = params["_model"]
    folder = ctranslate2_tokens.prepared(model)
    compute_type = _compute_type(params, device, ctranslate2.get_supported_compute_types(device))
    try:
        network = ctranslate2.Translator(
            str(folder),
            device=device,
            compute_type=compute_type,
            inter_threads=1,
            intra_threads=params.get("_threads") or 0,  # 0 lets CTranslate2 choose
        )
    except (RuntimeError, ValueError, OSError) as error:
        if "memory" in str(error).lower():
            raise
        raise StageError(
            "config",
            f"CTranslate2 cannot read the model in {folder}: {error}",
            "`orchestrator models` lists the models on this machine",
        ) from error
    return Loaded(network, ctranslate2_tokens.tokenizer(folder, str(model.get("id", ""))))


def run(loaded: Loaded, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the target language."""
    from stage_runners.translation import by_text

    context.fact("compute_type", loaded.compute_type)
    by_text.run(Ctranslate2(loaded, context.params), inputs, context)


def _compute_type(params: Mapping[str, Any], device: str, supported: set[str]) -> str:
    wanted = str(params["compute_type"] or "default")
    if wanted == "default":
        return "int8" if device == "cpu" else ("float16" if "float16" in supported else "auto")
    if wanted not in {*supported, "auto"}:
        raise StageError(
            "config",
            f"--compute-type {wanted} is not supported on {device} here",
            f"use one of {', '.join(sorted(supported))}",
        )
    return wanted


class Ctranslate2:
    """A `TextTranslator`."""

    placeholder = "XQ{}"
    in_order = False

    def __init__(self, loaded: Loaded, params: Mapping[str, Any]) -> None:
        self._network, self._tokens = loaded.network, loaded.tokens
        self.method = loaded.method
        self.batch, self._beam = int(params["batch_size"]), int(params["beam_size"])

    def begin(self, film: Sequence[Line]) -> None:
        """Nothing: every sentence is translated alone."""

    def refusal(self, language: str, target: str) -> str:
        """Why the model cannot translate from `language` to `target`; empty if it can."""
        return self._tokens.refusal(language, target)

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The translations; from the second attempt on with a wider search without repetitions."""
        requests = [self._tokens.request(line.text, line.language, target) for line in lines]
        results = self._network.translate_batch(
            [request.source for request in requests],
            [request.prefix for request in requests] if requests[0].prefix else None,
            beam_size=self._beam + ATTEMPTS.wider * attempt,
            no_repeat_ngram_size=ATTEMPTS.no_repeat_at(attempt),
            repetition_penalty=ATTEMPTS.penalty_at(attempt),
            disable_unk=True,
            max_input_length=CTRANSLATE2_TOKENS.read,
            max_decoding_length=CTRANSLATE2_TOKENS.write,
        )
        return [
            self._tokens.text(result.hypotheses[0], request.prefix)
            for result, request in zip(results, requests, strict=True)
        ]
