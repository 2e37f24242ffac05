"""Models that translate text: their short names, the repositories that hold them, their layouts, and the method that uses each.

IndicTrans2's network is Python code in its own repository, which Transformers runs as it loads it (`trust_remote_code`). That is done
for the repositories of its authors, which are named here, and for a folder that the user names; never for another repository.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import whisper as whisper_models

Method = Literal["whisper", "ctranslate2", "indictrans2"]
Layout = Literal["ctranslate2", "transformers", "indictrans2"]

_NLLB = ("nllb-200-distilled-600M", "nllb-200-distilled-1.3B", "nllb-200-1.3B", "nllb-200-3.3B")
INDICTRANS2 = (
    "indictrans2-indic-en-dist-200M", "indictrans2-indic-en-1B", "indictrans2-en-indic-dist-200M",
    "indictrans2-en-indic-1B", "indictrans2-indic-indic-dist-320M", "indictrans2-indic-indic-1B",
)  # fmt: skip
REPOSITORIES: Mapping[str, str] = {name: f"facebook/{name}" for name in _NLLB} | {
    name: f"ai4bharat/{name}" for name in INDICTRANS2
}
"""Short names, and the repositories they stand for. `opus-mt-cs-en` and the like are all of Helsinki-NLP's."""
SHOWN = (*_NLLB, "opus-mt-cs-en (and other pairs)", *INDICTRANS2)
"""Names as a listing shows them."""
TRUSTED = frozenset(f"ai4bharat/{name}" for name in INDICTRANS2)
"""Repositories whose code is run."""
ENVIRONMENTS: Mapping[str, str] = {"ctranslate2": "translation", "indictrans2": "indictrans"}

WEIGHTS = (
    "model.bin", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)  # fmt: skip
"""A folder is a model when it holds one of these, and of an index all pieces."""
FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "sentencepiece.bpe.model", "source.spm", "target.spm", "*vocabulary.*",
    "model.bin", "model*.safetensors*", "pytorch_model*.bin", "pytorch_model.bin.index.json",
)  # fmt: skip
"""What is fetched of a repository."""
_CODE = ("*.py", "dict.SRC.json", "dict.TGT.json", "model.SRC", "model.TGT")
"""Besides, of those that are trusted."""
_FAMILIES = {"m2m_100", "marian"}


def method_of(model: str) -> Method:
    """The method that can use the model of this name, or in this folder; `FatalError` where its code would have to be trusted."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        found = layout_of(folder)
        if found is None and whisper_models.layout_of(folder):
            return "whisper"
        return "indictrans2" if found == "indictrans2" else "ctranslate2"
    name = Path(model).name.lower()
    if "indictrans" in name:
        (repository,) = repositories(model.partition("@")[0])
        if repository not in TRUSTED:
            raise FatalError(
                f"{model} is not one of IndicTrans2's own repositories, and its code would be run here",
                f"take one of {', '.join(INDICTRANS2)}, or fetch it, read it, and name its folder",
                USAGE,
            )
        return "indictrans2"
    if name == "whisper" or model in whisper_models.FOR_CTRANSLATE2 or "whisper" in name:
        return "whisper"
    return "ctranslate2"


def memory_mb(model: str) -> int:
    """Memory that a model takes while it is converted and loaded, by the size in its name; 0 for a name that tells none.

    Two and a half bytes a parameter and one gigabyte: reckoned from weights in half precision and their copy in int8, not measured.
    """
    size = re.search(r"(\d+(?:\.\d+)?)([MB])\b", Path(model).name)
    if size is None:
        return 0
    billions = float(size[1]) / (1000 if size[2] == "M" else 1)
    return round(1000 + 2500 * billions)


def repositories(name: str) -> tuple[str, ...]:
    """The repository that holds the model `name`."""
    if re.fullmatch(r"opus-mt-[\w+-]+", name):
        return (f"Helsinki-NLP/{name}",)
    return (REPOSITORIES.get(name, name),)


def environment(asked: str) -> str:
    """The environment that uses, and fetches, the model of this name."""
    return ENVIRONMENTS.get(method_of(asked), "translation")


def files(asked: str) -> list[str]:
    """Patterns of the files to fetch of the model; code only where it is trusted."""
    return [*FILES, *(_CODE if method_of(asked) == "indictrans2" else ())]


def layout_of(folder: Path) -> Layout | None:
    """The layout of the translation model in `folder`; None where there is none. A few `stat`s and one small file."""
    config = _json(folder / "config.json")
    if (folder / "model.bin").is_file():
        return "ctranslate2" if "add_source_eos" in config else None
    if not any(_whole(folder / name) for name in WEIGHTS):
        return None
    if (folder / "dict.SRC.json").is_file() and (folder / "model.SRC").is_file():
        return "indictrans2"
    return "transformers" if config.get("model_type") in _FAMILIES else None


def fits(asked: str, folder: Path) -> bool:
    """Say whether the folder holds a whole model that the method of this name can use."""
    found = layout_of(folder)
    return found is not None and (found == "indictrans2") == (method_of(asked) == "indictrans2")


def kept(revision: str, folder: Path, models: Path) -> Path | None:
    """Where the conversion of these weights for CTranslate2 is kept under `models`; None where none is needed."""
    return models / f"translation-{revision[:16]}" if layout_of(folder) == "transformers" else None


def _whole(weights: Path) -> bool:
    if not weights.is_file() or not weights.name.endswith(".index.json"):
        return weights.is_file()
    pieces = _json(weights).get("weight_map")
    return isinstance(pieces, dict) and all((weights.parent / str(n)).is_file() for n in set(pieces.values()))


def _json(file: Path) -> Mapping[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
