"""NLLB-200 and OPUS-MT: networks that translate text. CTranslate2 runs them."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.models import folders
from orchestrator.models.family import ModelFamily

_CTRANSLATE2, _TRANSFORMERS = "ctranslate2", "transformers"
CHECKPOINTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""The weights of a translation model as Transformers saves them."""
FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "sentencepiece.bpe.model", "source.spm",
    "target.spm", "*vocabulary.*", "model.bin", "model*.safetensors*", "pytorch_model*.bin",
    "pytorch_model.bin.index.json",
)  # fmt: skip
"""Patterns of the files to download of a translation model."""
_WEIGHTS = {_CTRANSLATE2: ("model.bin",), _TRANSFORMERS: CHECKPOINTS}

_NLLB = ("nllb-200-distilled-600M", "nllb-200-distilled-1.3B", "nllb-200-1.3B", "nllb-200-3.3B")
_OPUS = r"opus-mt-[\w+-]+"


def memory_mb(name: str) -> int:
    """Return the memory in MB of a model while it is converted and loaded; 0 if its name tells no size.

    Two and a half bytes a parameter and one gigabyte: calculated from weights in half precision and their
    copy in int8, not measured.
    """
    size = re.search(r"(\d+(?:\.\d+)?)([MB])\b", Path(name).name)
    if size is None:
        return 0
    billions = float(size[1]) / (1000 if size[2] == "M" else 1)
    return round(1000 + 2500 * billions)


def _download_mb(name: str) -> int:
    """Four bytes a parameter of the NLLB that setup offers; OPUS-MT's networks are all about as large."""
    return 300 if re.fullmatch(_OPUS, name) else 2460 if name == _NLLB[0] else 0


def _claims(name: str) -> bool:
    return any(word in Path(name).name.lower() for word in ("nllb", "opus-mt"))


def _repositories(name: str, _device: str) -> tuple[str, ...]:
    if re.fullmatch(_OPUS, name):
        return (f"Helsinki-NLP/{name}",)
    return (f"facebook/{name}" if name in _NLLB else name,)


def _layout_of(folder: Path) -> str | None:
    config = folders.config(folder)
    if (folder / "model.bin").is_file():
        return _CTRANSLATE2 if "add_source_eos" in config else None  # without that key it is Whisper's
    is_whole = any(folders.is_whole(folder / name) for name in CHECKPOINTS)
    return _TRANSFORMERS if is_whole and config.get("model_type") in {"m2m_100", "marian"} else None


def _translates_to(name: str) -> frozenset[str] | None:
    """The language in an OPUS-MT model's name. Codes of three letters can stand for several languages."""
    pair = re.fullmatch(r"opus-mt-[a-z]{2,3}-([a-z]{2})", name.rpartition("/")[2])
    return frozenset({pair[1]}) if pair else None


FAMILY = ModelFamily(
    name="nllb-opus",
    claims_name=_claims,
    short_names=(*_NLLB, "opus-mt-cs-en (and other pairs)"),
    weights=_WEIGHTS,
    layout_of=_layout_of,
    conversion=lambda layout, _device: "translation" if layout == _TRANSFORMERS else "",
    requires="NLLB-200 or OPUS-MT model as CTranslate2 or Transformers save them",
    repositories=_repositories,
    environment="translation",
    allow=FILES,
    licences={f"facebook/{name}": "CC-BY-NC-4.0" for name in _NLLB},
    translates_to=_translates_to,
    memory_mb=memory_mb,
    download_mb=_download_mb,
)
