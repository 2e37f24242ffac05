"""The weights of a model's folder in Transformers' layout, as arrays of MLX, without Transformers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stage_runners.frameworks.mlx_layers import Weights  # first: it turns TF32 off

import mlx.core as mx  # isort: skip

from ipc.parsing import json_of
from stage_runners.alignment.letters import not_a_model
from stage_runners.frameworks import checkpoints

_FILES = (
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
)  # fmt: skip


def read(folder: Path) -> Weights:
    """Every parameter by its name, in float32, in torch's order of axes.

    `StageError("config")` if the folder has none, or a checkpoint asks for more than weights.
    """
    found: Weights = {}
    for file in _files(folder):
        found |= _safetensors(file) if file.suffix == ".safetensors" else _checkpoint(file)
    return found


def _files(folder: Path) -> Iterator[Path]:
    name = next((name for name in _FILES if (folder / name).is_file()), None)
    if name is None:
        raise not_a_model(folder)
    if not name.endswith(".index.json"):
        yield folder / name
        return
    try:
        listed = sorted(set(json_of((folder / name).read_bytes())["weight_map"].values()))
        parts = [folder / Path(part).name for part in listed]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise not_a_model(folder) from error
    yield from parts


def _safetensors(file: Path) -> Weights:
    """MLX maps the file, and reads an array when it is used."""
    try:
        return {name: value.astype(mx.float32) for name, value in mx.load(str(file)).items()}
    except (RuntimeError, ValueError, AttributeError) as error:
        raise not_a_model(file.parent) from error


def _checkpoint(file: Path) -> Weights:
    try:
        state = checkpoints.read(file)
        return {name: mx.array(state.pop(name).float().numpy()) for name in list(state)}
    except (checkpoints.NoWeightsError, AttributeError) as error:
        raise not_a_model(file.parent) from error
