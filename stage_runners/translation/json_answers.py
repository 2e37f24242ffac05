"""The JSON in a language model's answer, which may think aloud, put it into a fence, or write around it.

The server may be hostile: nothing here takes more than linear time.
"""

from __future__ import annotations

import json
import re

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_FENCE = "```"
_FENCES = 20
"""Fenced parts of an answer that are looked at."""
_DIGITS = 6
"""Of a line's number; Python refuses to read numbers of more than 4300."""


def without_thoughts(answer: str) -> str:
    """The answer without what a reasoning model thinks."""
    return _THOUGHT.sub("", answer).strip()


def value_in(text: str) -> object:
    """The JSON in the text: all of it, in a fence, or between the outermost brackets; None if there is
    none.
    """
    fenced = text.split(_FENCE)[1:-1:2][:_FENCES]
    candidates = [text, *(part.removeprefix("json").strip() for part in fenced)]
    for opens, closes in ("{}", "[]"):
        first, last = text.find(opens), text.rfind(closes)
        if 0 <= first < last:
            candidates.append(text[first : last + 1])
    for candidate in candidates:
        try:
            value: object = json.loads(candidate)
        except (ValueError, RecursionError):  # a model that writes nothing but brackets
            continue
        return value
    return None


def writable(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file."""
    return text.encode(errors="replace").decode()


def number(value: object) -> int | None:
    """The number of a line; None if it is none."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None
