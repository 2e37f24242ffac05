"""Reads the weights of a CTranslate2 model: `model.bin`, as written by `ctranslate2/specs/model_spec.py`."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

_TYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")
"""By number, from the format's fourth version on."""
_FIRST, _LAST = 4, 6
"""The supported versions of the format: those with named types, up to the newest."""


class UnreadableError(Exception):
    """The file is not a supported CTranslate2 model."""


def read_model(path: Path) -> tuple[str, dict[str, Any]]:
    """The kind of model (`WhisperSpec`), and its variables by name, memory-mapped.

    bfloat16 becomes float32. An alias of a variable is included under both names.
    """
    import numpy as np

    data = np.memmap(path, np.uint8, "r")
    reader = _Reader(data)
    try:
        version = reader.number("I")
        if not _FIRST <= version <= _LAST:
            raise UnreadableError(f"its format has version {version}, and {_FIRST} to {_LAST} are read")
        kind = reader.text()
        reader.number("I")  # the revision of that kind
        variables = dict(reader.variable() for _ in range(reader.number("I")))
        for _ in range(reader.number("I")):
            other, name = reader.text(), reader.text()
            for end in ("", "_scale"):
                if name + end in variables:
                    variables[other + end] = variables[name + end]
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise UnreadableError(f"it is cut short or damaged ({error})") from error
    return kind, variables


class _Reader:
    def __init__(self, data: Any) -> None:
        self._data = data
        self._at = 0

    def number(self, form: str) -> int:
        size = struct.calcsize("<" + form)
        (value,) = struct.unpack("<" + form, self._take(size).tobytes())
        return int(value)

    def text(self) -> str:
        return str(self._take(self.number("H")).tobytes()[:-1].decode())

    def variable(self) -> tuple[str, Any]:
        import numpy as np

        name = self.text()
        shape = tuple(self.number("I") for _ in range(self.number("B")))
        kind = _TYPES[self.number("B")]
        content = self._take(self.number("I"))
        if kind == "bfloat16":
            whole = content.view(np.uint16).astype(np.uint32) << 16
            return name, whole.view(np.float32).reshape(shape)
        return name, content.view(kind).reshape(shape)

    def _take(self, size: int) -> Any:
        start, self._at = self._at, self._at + size
        if self._at > len(self._data):
            raise ValueError("the file ends early")
        return self._data[start : self._at]
