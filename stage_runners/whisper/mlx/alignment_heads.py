"""The attention heads of a Whisper model that follow speech, from which word times are computed."""

from __future__ import annotations

import ast
import importlib.util
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stage_runners.whisper.model_names import model_name

_TABLE = "_WHISPER_ALIGNMENT_HEADS"
_NAMES = {"large-v1": "large", "turbo": "large-v3-turbo"}
"""The names of models in that table."""
_TURBO = ((2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14))
"""OpenAI's for large-v3-turbo, which is newer than that table."""


def alignment_heads(network: Any, decoding: Mapping[str, Any], identity: str) -> list[tuple[int, int]]:
    """Pairs of layer and head: those stated by the model, else OpenAI's for its name, else its upper half.

    The upper half is OpenAI's default for an unknown model.
    """
    said = decoding.get("alignment_heads") or _of_name(model_name(identity), network.dims.n_mels)
    layers, heads = network.dims.n_text_layer, network.dims.n_text_head
    if said and all(layer < layers and head < heads for layer, head in said):
        return [(int(layer), int(head)) for layer, head in said]
    return list(itertools.product(range(layers // 2, layers), range(heads)))


def _of_name(name: str, bands: int) -> Sequence[tuple[int, int]]:
    name = _NAMES.get(name, name)
    if name == "large" and bands == 128:  # "large" since 2023
        name = "large-v3"
    return _TURBO if name == "large-v3-turbo" else openai_heads().get(f"openai/whisper-{name}", ())


def openai_heads() -> dict[str, list[tuple[int, int]]]:
    """OpenAI's heads by the names of its models, as CTranslate2's converter lists them.

    The list is read from the file: importing that module imports torch.
    """
    spec = importlib.util.find_spec("ctranslate2")
    if spec is None or spec.origin is None:
        return {}
    source = Path(spec.origin).parent / "converters" / "transformers.py"
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == _TABLE:
            found: dict[str, list[tuple[int, int]]] = ast.literal_eval(statement.value)
            return found
    return {}
