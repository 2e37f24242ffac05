"""Parses JSON and TOML that somebody else may have written: whatever is wrong is a `ValueError`.

The parsers of the standard library raise `RecursionError` for deep nesting, which is no `ValueError`: it
would end the program by a bug. Standard library only, because the stages' environments use it too.
"""

from __future__ import annotations

import json
from typing import Any


def json_of(text: str | bytes) -> Any:
    """The value of JSON text (bytes as UTF-8). Raises `ValueError` for anything else."""
    try:
        return json.loads(text if isinstance(text, str) else text.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None


def toml_of(text: str) -> dict[str, Any]:
    """The tables of TOML text. Raises `ValueError` for anything else."""
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
