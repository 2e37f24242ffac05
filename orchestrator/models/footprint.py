"""How much memory a model's weights take once they are loaded, by their files and the number format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.models import folders

_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int16": 2}
"""Bytes a parameter by number format; CTranslate2's `int8_float16` has its weights in int8."""


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What a family's models take besides the process that loads them.

    `stored` are the bytes a parameter in the files of their weights, 0 for a family that computes in the
    format of the file: `files` are then its weights by number format (empty: all the weights of the folder).
    `window` is what one window of a batch takes in all, as a share of the files; `window_on` is the same by
    device.
    """

    stored: int
    window: float
    window_on: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def factor(self, compute_type: str) -> float:
        """How many times the size of their files the weights take in a number format."""
        if not self.stored:
            return 1.0
        if compute_type.startswith("int8"):
            return 1 / self.stored
        return _BYTES.get(compute_type, self.stored) / self.stored

    def windows(self, count: int, device: str) -> float:
        """The share of the files that `count` windows take at once."""
        return count * self.window_on.get(device, self.window)


def size_mb(folder: Path, names: tuple[str, ...]) -> int:
    """The size in MB of the weights in a folder: of those of `names` that are there, with their pieces."""
    found = {folder / piece for name in names for piece in (name, *folders.pieces(folder / name))}
    return sum(file.stat().st_size for file in found if file.is_file()) >> 20
