"""Whisper models: their short names, the repositories that hold them, and the layouts that each framework reads.

CTranslate2 (CUDA, CPU) reads its own layout and has Transformers' converted; MLX reads its own and has both others converted. A
conversion is made once, by the stage that needs it, of the very weights that were asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from stage_runners.whisper.languages import LANGUAGES

__all__ = ["LANGUAGES"]

Layout = Literal["ctranslate2", "mlx", "transformers"]

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

WEIGHTS: Mapping[Layout, tuple[str, ...]] = {
    "ctranslate2": ("model.bin",),
    "mlx": ("weights.safetensors", "weights.npz"),
    "transformers": ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"),
}
"""A folder is of a layout when it holds one of these."""
READ_BY: Mapping[str, tuple[Layout, ...]] = {
    "mlx": ("mlx", "ctranslate2", "transformers"),
    "": ("ctranslate2", "transformers"),
}
"""The layouts that can be used on a device, as they are or converted, the best first; `""` is every device of CTranslate2."""


def layout_of(folder: Path) -> Layout | None:
    """Return the layout of the Whisper model in `folder`; None where there is none. A few `stat`s and one small file."""
    config = _config(folder)
    if _holds(folder, "ctranslate2"):
        return None if "add_source_eos" in config else "ctranslate2"  # that one translates text
    if "n_mels" in config and (_holds(folder, "mlx") or (folder / "model.safetensors").is_file()):
        return "mlx"
    return (
        "transformers" if config.get("model_type") == "whisper" and _holds(folder, "transformers") else None
    )


def usable(layout: Layout | None, device: str) -> bool:
    """Say whether a model in this layout can be used on `device`."""
    return layout in READ_BY.get(device, READ_BY[""])


def english_only(name: str, folder: Path) -> bool:
    """Say whether a model knows English only: its name says so, or its vocabulary, which then lacks one word of 51,865."""
    config = _config(folder)
    sizes = (config.get("vocab_size"), config.get("n_vocab"))
    return bool(re.search(r"\.en($|-)", Path(name).name)) or _ENGLISH_WORDS in sizes


def translates(name: str) -> bool:
    """Say whether a model can translate: those for English alone, the distilled ones and turbo were not taught it."""
    plain = Path(name).name
    return not re.search(r"\.en($|-)|distil|turbo", plain)


def repositories(name: str, device: str) -> tuple[str, ...]:
    """Return the repositories that may hold the model `name` for `device`, that in its own layout first."""
    own, other = (FOR_MLX, FOR_CTRANSLATE2) if device == "mlx" else (FOR_CTRANSLATE2, None)
    found = [own.get(name)] + ([other.get(name)] if other else [])
    return tuple(dict.fromkeys(filter(None, found))) or (name,)


def kept(revision: str, layout: Layout, device: str, models: Path) -> Path | None:
    """Return where the conversion of these weights for `device` is kept under `models`; None where none is needed."""
    target = "mlx" if device == "mlx" else "ctranslate2"
    return None if layout == target else models / f"{target}-{revision[:16]}"


def _holds(folder: Path, layout: Layout) -> bool:
    return any(_whole(folder / name) for name in WEIGHTS[layout])


def _whole(weights: Path) -> bool:
    """Whether the file is there, and, of an index of pieces, every piece."""
    if not weights.is_file() or not weights.name.endswith(".index.json"):
        return weights.is_file()
    pieces = _json(weights).get("weight_map")
    return isinstance(pieces, dict) and all(
        (weights.parent / str(name)).is_file() for name in set(pieces.values())
    )


def _config(folder: Path) -> Mapping[str, object]:
    return _json(folder / "config.json")


def _json(file: Path) -> Mapping[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
