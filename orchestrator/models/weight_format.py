"""Reads how many bytes a parameter takes in a file of weights: from its head, never from the weights.

Sources: the README of safetensors (`Format`), and `model_spec.py` of CTranslate2 (`ModelSpec._serialize`).
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from ipc.parsing import json_of
from orchestrator.models import folders

WIDEST = 4
"""What is assumed of a file that does not say it: then its weights take the least in any other format."""
_SAFETENSORS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I8": 1, "U8": 1, "F8_E4M3": 1, "F8_E5M2": 1}
_CTRANSLATE2 = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}
_TORCH = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
_WITH_TYPES = 4
"""The version of CTranslate2's files from which they name the types."""
_LONGEST = 1 << 24
"""Bytes of a head of safetensors that are read, at most."""
_MOST = 1 << 16
"""Variables of CTranslate2 that are looked at, at most: a model has some thousand."""
_MATRIX = 1 << 14
"""A matrix of so many parameters is one of weights."""


def bytes_a_parameter(file: Path) -> int:
    """Return the bytes that most parameters of a file take; of an index, those of its first piece."""
    pieces = folders.pieces(file)
    first = file.parent / pieces[0] if pieces else file
    try:
        with first.open("rb") as opened:
            if first.suffix == ".safetensors":
                return _of_safetensors(opened)
            if first.name == "model.bin":
                return _of_ctranslate2(opened)
    except (OSError, ValueError, TypeError, LookupError, struct.error):
        return WIDEST
    config = folders.config(file.parent)
    return _TORCH.get(str(config.get("torch_dtype") or config.get("dtype")), WIDEST)


def _of_safetensors(file: BinaryIO) -> int:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST:
        return WIDEST
    head = json_of(file.read(length).decode())
    sizes: Counter[str] = Counter()
    for tensor in head.values() if isinstance(head, dict) else ():
        if isinstance(tensor, dict) and isinstance(place := tensor.get("data_offsets"), list):
            sizes[str(tensor.get("dtype"))] += int(place[1]) - int(place[0])
    return _SAFETENSORS.get(max(sizes, key=sizes.__getitem__, default=""), WIDEST)


def _of_ctranslate2(file: BinaryIO) -> int:
    """By the first matrix of weights: a file of int8 keeps its scales and biases in float32."""

    def value(kind: str) -> int:
        return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0])

    if value("I") < _WITH_TYPES:
        return WIDEST
    file.seek(value("H"), 1)
    value("I")
    for _ in range(min(value("I"), _MOST)):
        file.seek(value("H"), 1)
        shape = [value("I") for _ in range(value("B"))]
        kind, size = value("B"), value("I")
        if len(shape) == 2 and shape[0] * shape[1] >= _MATRIX:
            return _CTRANSLATE2.get(kind, WIDEST)
        file.seek(size, 1)
    return WIDEST
