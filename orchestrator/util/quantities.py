"""Reads sizes (`50 GB`), shares (`20%`) and ages (`30 days`) as users write them."""

from __future__ import annotations

import re

_SIZES = {
    "": 1e9, "b": 1.0, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
    "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40,
}  # fmt: skip
"""Bytes by unit; a bare number is gigabytes."""
_AGES = {
    "": 1.0, "h": 1 / 24, "hour": 1 / 24, "d": 1.0, "day": 1.0, "w": 7.0, "week": 7.0, "month": 30.0,
    "y": 365.0, "year": 365.0,
}  # fmt: skip
"""Days by unit; a bare number is days."""


class BadQuantityError(ValueError):
    """Text that is no quantity: `why` follows the text in a message, `hint` has an example."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def size(text: str) -> int:
    """Bytes in `50 GB`, `500MB`, `20` (gigabytes); `BadQuantityError` for anything else."""
    return int(_read(text, _SIZES, "a size", "write it as 50 GB or 500 MB; a number alone is gigabytes"))


def age(text: str) -> float:
    """Days in `30`, `2 weeks`, `12h`; `BadQuantityError` for anything else."""
    units = {**_AGES, **{f"{unit}s": days for unit, days in _AGES.items() if len(unit) > 1}}
    return _read(text, units, "an age", "write it as 30 (days), 2 weeks or 12 hours")


def _read(text: str, units: dict[str, float], kind: str, hint: str) -> float:
    found = re.fullmatch(r"([+-]?)(\d+(?:[.,]\d+)?)\s*([a-z]*)", text.strip().lower())
    if found is None or found[3] not in units:
        raise BadQuantityError(f"not {kind}", hint)
    if found[1] == "-":
        raise BadQuantityError("must not be negative", hint)
    return float(found[2].replace(",", ".")) * units[found[3]]
