"""Qwen3-ASR and Qwen3-ForcedAligner: short names, repositories, and the layouts of their folders.

The repositories come in two layouts with the same weights: the authors' first one, and that of Transformers,
whose names end with `-hf`. Both say `qwen3_asr` in `config.json`; an aligner has classes of time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from orchestrator.models import folders
from orchestrator.models.family import ModelFamily
from orchestrator.models.footprint import Footprint
from stage_runners.qwen.languages import NAMES

_WEIGHTS = ("model.safetensors.index.json", "model.safetensors")
_LAYOUT = "qwen3"
_FILES = (
    "config.json", "generation_config.json", "model*.safetensors", "model.safetensors.index.json",
    "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "added_tokens.json",
    "special_tokens_map.json", "preprocessor_config.json", "processor_config.json", "chat_template.*",
)  # fmt: skip
RECOGNITION = {
    "qwen3-asr-0.6b": "Qwen/Qwen3-ASR-0.6B",
    "qwen3-asr-1.7b": "Qwen/Qwen3-ASR-1.7B",
}
ALIGNER = {"qwen3-forced-aligner": "Qwen/Qwen3-ForcedAligner-0.6B"}
_LICENCE = "Apache-2.0"
_SIZES_MB = {"qwen3-asr-0.6b": 1880, "qwen3-asr-1.7b": 4700, "qwen3-forced-aligner": 1840}
"""The weights in bfloat16: 0.94, 2.35 and 0.92 thousand million parameters."""
_COMPUTE_TYPES: Mapping[str, tuple[str, ...]] = {
    "cuda": ("bfloat16", "float16", "float32"),
    "mps": ("bfloat16", "float16", "float32"),
    "cpu": ("float32", "bfloat16"),
}


def _layout_of(*, aligner: bool) -> Callable[[Path], str | None]:
    def layout(folder: Path) -> str | None:
        config = folders.config(folder)
        if config.get("model_type") != "qwen3_asr" or _aligns(config) != aligner:
            return None
        return _LAYOUT if any(folders.is_whole(folder / name) for name in _WEIGHTS) else None

    return layout


def _aligns(config: Mapping[str, object]) -> bool:
    """Say whether a `config.json` is an aligner's, in either layout."""
    thinker = config.get("thinker_config")
    if isinstance(thinker, dict):
        return "classify_num" in thinker
    return "TokenClassification" in str(config.get("architectures"))


def _family(name: str, names: Mapping[str, str], *, aligner: bool, **facts: object) -> ModelFamily:
    """Both families differ in their names and in what tells their folders apart."""
    repositories = {short: (own, f"{own}-hf") for short, own in names.items()}
    every = {repository for both in repositories.values() for repository in both}
    short_of = {repository: short for short, both in repositories.items() for repository in both}
    mark = "qwen3-forcedaligner" if aligner else "qwen3-asr"

    def claims(asked: str) -> bool:
        return asked in names or asked in every or asked.rpartition("/")[2].lower().startswith(mark)

    return ModelFamily(
        name=name,
        claims_name=claims,
        short_names=tuple(names),
        short_name=lambda repository: short_of.get(repository, repository),
        weights={_LAYOUT: _WEIGHTS},
        layout_of=_layout_of(aligner=aligner),
        looks_like_one=lambda repository, _folder: claims(repository),
        requires="Qwen3-ForcedAligner model" if aligner else "Qwen3-ASR model",
        repositories=lambda asked, _device: repositories.get(asked, (asked,)),
        environment="whisperx",  # always there, whereas what runs the model is installed after it
        allow=_FILES,
        licences=dict.fromkeys(every, _LICENCE),
        compute_types=_COMPUTE_TYPES,
        # 28 layers keep keys and values of 8 heads of 128: .1 GB for a window of 30 s in bfloat16.
        footprint=Footprint(stored=2, window=0.03, window_on={"cpu": 0.06}),
        download_mb=lambda asked: _SIZES_MB.get(short_of.get(asked, asked), 0),
        **facts,  # type: ignore[arg-type]
    )


def _smaller(name: str) -> tuple[str, ...]:
    return ("qwen3-asr-0.6b",) if name in ("qwen3-asr-1.7b", "Qwen/Qwen3-ASR-1.7B") else ()


FAMILY = _family(
    "qwen3-asr",
    RECOGNITION,
    aligner=False,
    languages=lambda _name, _folder: frozenset(NAMES),
    smaller=_smaller,
)
ALIGNER_FAMILY = _family("qwen3-aligner", ALIGNER, aligner=True)
