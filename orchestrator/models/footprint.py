"""How much memory a model's weights take once they are loaded, by their files and the number format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from orchestrator.models import folders, weight_format

_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int16": 2}
"""Bytes a parameter by number format; CTranslate2's `int8_float16` has its weights in int8."""


class Weights(NamedTuple):
    """The weights that are loaded of a folder: the size of their files, and the bytes a parameter in them.

    0 bytes: the family computes in the format of the file.
    """

    mb: int = 0
    stored: int = 0


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What a family's models take besides the process that loads them.

    `stored` are the bytes a parameter in their downloads, 0 for a family that computes in the format of the
    file: `files` are then the parts of its weights by number format, the graph first.
    `window` is what one window of a batch takes in all, as a share of the files; `window_on` is the same by
    device.
    """

    stored: int
    window: float
    window_on: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def windows(self, count: int, device: str) -> float:
        """The share of the files that `count` windows take at once."""
        return count * self.window_on.get(device, self.window)


def factor(stored: int, compute_type: str) -> float:
    """How many times the size of their files the weights take in a number format."""
    if not stored:
        return 1.0
    if compute_type.startswith("int8"):
        return 1 / stored
    return _BYTES.get(compute_type, stored) / stored


def parts(folder: Path, names: tuple[str, ...]) -> Weights:
    """The weights of a folder that are in all of the files `names`; none if the first is not there."""
    return Weights(_size_mb(folder, names)) if names and (folder / names[0]).is_file() else Weights()


def alternatives(folder: Path, names: tuple[str, ...]) -> Weights:
    """The weights of a folder in the first of the files `names` that is whole: each holds all of them.

    A snapshot of the Hub often has them twice, as `model.safetensors` and as `pytorch_model.bin`.
    """
    name = next((name for name in names if folders.is_whole(folder / name)), None)
    if name is None:
        return Weights()
    pieces = folders.pieces(folder / name) or [name]
    return Weights(_size_mb(folder, tuple(pieces)), weight_format.bytes_a_parameter(folder / name))


def _size_mb(folder: Path, names: tuple[str, ...]) -> int:
    return sum(file.stat().st_size for name in names if (file := folder / name).is_file()) >> 20
