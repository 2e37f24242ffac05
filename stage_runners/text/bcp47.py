"""Language tags of BCP 47 (RFC 5646), such as pt-BR and zh-Hant."""

from __future__ import annotations

import re

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def is_tag(text: str) -> bool:
    """Whether a text has the form of a tag; its parts are not looked up."""
    return bool(_TAG.fullmatch(text))


def canonical(tag: str) -> str:
    """A tag in the usual case: `zh-hant-tw` is `zh-Hant-TW`."""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()
