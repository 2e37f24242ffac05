"""Parakeet TDT, NVIDIA's recogniser of 25 European languages: names, repositories, and layouts by framework.

onnx-asr (CPU, CUDA) reads graphs of ONNX, in int8 or in float32; parakeet-mlx (Apple's GPU) reads NeMo's
configuration and weights in safetensors. Neither is converted into the other: each device has its repository.
The processor's is a quarter of the size.
"""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import folders
from orchestrator.models.family import ModelFamily
from orchestrator.models.footprint import Footprint
from stage_runners.parakeet.languages import ENGLISH, EUROPEAN

DEFAULT = "parakeet-tdt-0.6b-v3"
_INT8, _FLOAT32, _MLX = "onnx-int8", "onnx", "nemo-mlx"
_WEIGHTS = {
    _INT8: ("encoder-model.int8.onnx",),
    _FLOAT32: ("encoder-model.onnx",),
    _MLX: ("model.safetensors",),
}
_FILES = {
    "int8": _WEIGHTS[_INT8],
    "float32": (*_WEIGHTS[_FLOAT32], "encoder-model.onnx.data"),
}
"""The files that are loaded for a number format; a graph of more than 2 GB has its weights beside it."""
_SHORT = {"parakeet": DEFAULT}
_NAMES = (DEFAULT, "parakeet-tdt-0.6b-v2")
_INT8_MB, _FLOAT32_MB = 670, 2510
"""The sizes of the files of v3 in both repositories."""
_LICENCE = "CC-BY-4.0"


def _claims(name: str) -> bool:
    return name in _SHORT or "parakeet" in name.rpartition("/")[2].lower()


def _refusal(name: str) -> FatalError | None:
    """No other name may be one of them, and of the others named Parakeet none has this decoder."""
    if not _claims(name):
        return FatalError(f"{name}: not a model of Parakeet", f"choose {DEFAULT}", USAGE)
    if re.search(r"ctc|rnnt|realtime|unified", name.lower()):
        hint = f"choose a model with TDT in its name, such as {DEFAULT}"
        return FatalError(f"{name}: this kind of Parakeet is not supported", hint, USAGE)
    return None


def _repositories(name: str, device: str) -> tuple[str, ...]:
    plain = _SHORT.get(name, name.removeprefix("nvidia/"))
    if plain not in _NAMES:
        return (plain,)
    return (f"mlx-community/{plain}",) if device == "mlx" else (f"istupakov/{plain}-onnx",)


def _short_name(repository: str) -> str:
    plain = repository.rpartition("/")[2].removesuffix("-onnx")
    return plain if plain in _NAMES and repository in _ALL else repository


_ALL = tuple(name for plain in _NAMES for device in ("cpu", "mlx") for name in _repositories(plain, device))


def _layout_of(folder: Path) -> str | None:
    """The layout of the model in `folder`; float32, which every device with ONNX reads, before int8."""
    if (folder / "vocab.txt").is_file():
        for layout, suffix in ((_FLOAT32, ""), (_INT8, ".int8")):
            if all(
                (folder / f"{part}-model{suffix}.onnx").is_file() for part in ("encoder", "decoder_joint")
            ):
                return layout
        return None
    config = folders.config(folder)
    is_nemo = str(config.get("target", "")).startswith("nemo.collections.asr.")
    return _MLX if is_nemo and (folder / "model.safetensors").is_file() else None


def _formats_in(folder: Path) -> tuple[str, ...]:
    """A graph of ONNX computes in the format of its weights; int8, which is faster, first."""
    kinds = {"int8": _INT8, "float32": _FLOAT32}
    return tuple(
        kind for kind, layout in kinds.items() if all((folder / name).is_file() for name in _WEIGHTS[layout])
    )


def _languages(name: str, _folder: Path) -> frozenset[str]:
    return frozenset(ENGLISH if re.search(r"-v2\b", name) else EUROPEAN)


FAMILY = ModelFamily(
    name="parakeet",
    claims_name=_claims,
    short_names=("parakeet", *_NAMES),
    short_name=_short_name,
    refusal=_refusal,
    weights=_WEIGHTS,
    layout_of=_layout_of,
    read_by={"mlx": (_MLX,), "cuda": (_FLOAT32,), "": (_INT8, _FLOAT32)},
    compute_types={
        "cpu": ("int8", "float32"),
        "cuda": ("float32",),
        "mlx": ("bfloat16", "float16", "float32"),
    },
    formats_in=_formats_in,
    footprint=Footprint(stored=0, window=0.03, files=_FILES),
    requires="Parakeet model in the layout of onnx-asr or of parakeet-mlx",
    repositories=_repositories,
    environment="whisperx",
    allow=("config.json", "vocab.txt"),
    allow_on={
        "mlx": ("model.safetensors",),
        "cuda": ("encoder-model.onnx", "encoder-model.onnx.data", "decoder_joint-model.onnx"),
        "": ("encoder-model.int8.onnx", "decoder_joint-model.int8.onnx"),
    },
    licences=dict.fromkeys(_ALL, _LICENCE),
    languages=_languages,
    download_mb=lambda _name: _INT8_MB,
    download_mb_on={"cuda": _FLOAT32_MB, "mlx": _FLOAT32_MB},
)
