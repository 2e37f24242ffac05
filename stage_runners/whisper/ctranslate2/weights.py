"""Whisper's weights for CTranslate2: its own layout is read, a Transformers checkpoint is converted once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.frameworks import checkpoints, conversions

_BESIDE = ("tokenizer.json", "preprocessor_config.json")


def prepared(model: Mapping[str, Any]) -> Path:
    """The folder in CTranslate2's layout: the model's, or the conversion of a Transformers checkpoint.

    `model` has the `path` of the model, and of its conversion (`converted`). `StageError` if it cannot be
    converted.
    """
    source = Path(model["path"])
    if not model.get("converted") or (source / "model.bin").is_file():
        return source
    return conversions.cached(
        source, Path(model["converted"]), lambda target: _convert(source, target), "CTranslate2"
    )


def _convert(source: Path, target: Path) -> None:
    """Convert with CTranslate2's converter, in float16, like the models that faster-whisper publishes."""
    from ctranslate2.converters import TransformersConverter

    checkpoints.check(source)
    logging.getLogger("transformers").setLevel(logging.ERROR)
    beside = [name for name in _BESIDE if (source / name).is_file()]
    try:
        converter = TransformersConverter(str(source), copy_files=beside, load_as_float16=True)
        converter.convert(str(target), quantization="float16", force=True)
        if "tokenizer.json" not in beside:
            _write_tokenizer(source, target)
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError) as error:
        raise StageError(
            "config",
            f"{source}: cannot be converted for CTranslate2: {error}",
            "use a complete Transformers checkpoint of Whisper, with config, weights and tokenizer",
        ) from error


def _write_tokenizer(source: Path, target: Path) -> None:
    """Write `tokenizer.json` for a checkpoint that has only vocabulary and merges."""
    from transformers import WhisperTokenizerFast

    WhisperTokenizerFast.from_pretrained(str(source)).backend_tokenizer.save(str(target / "tokenizer.json"))
