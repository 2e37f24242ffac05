"""wav2vec2 networks with letters as their output, which align words with the audio.

The other names of the aligner's role are methods without a file of their own: `pocketsphinx` and `attention`,
and `auto`, which chooses between them by language.
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.models import aligners_by_language, folders
from orchestrator.models.family import ModelFamily
from orchestrator.models.footprint import Footprint

_TRANSFORMERS = "transformers"
_WEIGHTS = (
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
)  # fmt: skip


_LICENCES = {model.id: model.licence for model in (*aligners_by_language.WAV2VEC2, aligners_by_language.MMS)}


def _claims(name: str) -> bool:
    return name in _LICENCES or any(word in name.rpartition("/")[2].lower() for word in ("wav2vec", "xlsr"))


def _download_mb(name: str) -> int:
    model = aligners_by_language.listed(name)
    return model.download_mb if model else 0


def _layout_of(folder: Path) -> str | None:
    """The weights are there, and `config.json`, if it says what network they are of, says wav2vec2."""
    if not (folder / "config.json").is_file():
        return None
    is_one = folders.config(folder).get("model_type", "wav2vec2") == "wav2vec2"
    return _TRANSFORMERS if is_one and any(folders.is_whole(folder / file) for file in _WEIGHTS) else None


FAMILY = ModelFamily(
    name="wav2vec2",
    claims_name=_claims,
    packaged=("auto", "pocketsphinx", "attention"),
    weights={_TRANSFORMERS: _WEIGHTS},
    layout_of=_layout_of,
    requires="config.json and weights of a wav2vec2 model",
    looks_like_one=lambda _repository, folder: (folder / "vocab.json").exists(),
    environment="whisperx",
    ignore=("*.h5", "*.msgpack", "*.onnx", "*.ot", "language_model/*"),
    licences=_LICENCES,
    # A sentence of 30 s: its attention and what the convolutions keep.
    footprint=Footprint(stored=4, window=0.4),
    download_mb=_download_mb,
)
