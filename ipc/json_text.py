r"""Writes JSON that can always be encoded, whatever the bytes of a file's name are.

Python reads a name that is not UTF-8 with a surrogate for each wrong byte, which UTF-8 cannot encode. JSON
can write it as `\udcff`, and who reads that gets the same name. Standard library only.
"""

from __future__ import annotations

import json
from typing import Any


def dumps(value: Any, **options: Any) -> str:
    """`value` as JSON; `options` are those of `json.dumps`. Everything but surrogates is written as it is."""
    text = json.dumps(value, ensure_ascii=False, **options)
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
