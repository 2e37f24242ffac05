"""wav2vec2 networks with letters as their output, which align words with the audio.

The other names of the aligner's role are methods without a file of their own: `pocketsphinx` and `attention`,
and `auto`, which chooses between them by language.
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.models import folders
from orchestrator.models.family import ModelFamily

_TRANSFORMERS = "transformers"


def _claims(name: str) -> bool:
    return any(word in name.rpartition("/")[2].lower() for word in ("wav2vec", "xlsr"))


def _layout_of(folder: Path) -> str | None:
    """Every model of Transformers has a `config.json`, which names the kind of network."""
    is_one = (folder / "config.json").is_file() and folders.config(folder).get(
        "model_type", "wav2vec2"
    ) == "wav2vec2"
    return _TRANSFORMERS if is_one else None


FAMILY = ModelFamily(
    name="wav2vec2",
    claims_name=_claims,
    packaged=("auto", "pocketsphinx", "attention"),
    weights={_TRANSFORMERS: ("config.json",)},
    layout_of=_layout_of,
    requires="config.json of a wav2vec2 model",
    looks_like_one=lambda _repository, folder: (
        (folder / "vocab.json").exists() and (folder / "preprocessor_config.json").exists()
    ),
    environment="whisperx",
    ignore=("*.h5", "*.msgpack", "*.onnx", "*.ot", "language_model/*"),
)
