"""Masks secrets before anything is written: tokens by their name, form or value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
_NAMED = re.compile(
    r"(^|[_-])(token|secret|password|passwd|pat|(?:api|access|private)[_-]?key|credentials?)s?$",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\bhf_[A-Za-z0-9]{8,}|\b(?:sk|ghp|gho|github_pat|glpat)[-_][A-Za-z0-9_-]{16,}"
    r"|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=://)[^/\s@]+(?=@)"
)
_ASSIGNED = re.compile(
    r"((?:token|secret|password|passwd|api[_-]?key)[\"']?\s?[=:]\s?[\"']?)(?=\S*[A-Za-z])([^\s\"',;&]{6,})",
    re.IGNORECASE,
)
_SHORTEST = 6


def secret_name(name: str) -> bool:
    """Return whether a variable, option or key of this name holds a secret."""
    return _NAMED.search(name) is not None


def masked(value: Any, environ: Mapping[str, str] = os.environ) -> Any:
    """`value`, made of JSON's types, with every secret in it replaced by `***`.

    A string is a secret if it is the value of a key or option with such a name (`--hf-token X`), looks like a
    known kind of token, or equals the value of an environment variable with such a name (`HF_TOKEN`).
    """
    named = [value.strip() for name, value in environ.items() if _NAMED.search(name)]
    known = [value for value in named if len(value) >= _SHORTEST]
    return _masked(value, sorted(known, key=len, reverse=True))


def _masked(value: Any, known: list[str]) -> Any:
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, MASK)
        return _ASSIGNED.sub(rf"\1{MASK}", _LOOKS.sub(MASK, value))
    if isinstance(value, Mapping):
        return {
            key: MASK if isinstance(item, str) and item and _NAMED.search(str(key)) else _masked(item, known)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        words: list[Any] = []
        named = False
        for item in value:
            words.append(MASK if named and isinstance(item, str) else _masked(item, known))
            named = isinstance(item, str) and item.startswith("--") and bool(_NAMED.search(item))
        return words
    return value
