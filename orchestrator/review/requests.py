"""Reads the cues and names that a page sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipc.edits import DamagedError, Shown, shown_of

NAME_LENGTH = 80
"""Maximum characters of a speaker's name."""


class BadRequestError(Exception):
    """The data that was sent cannot be saved; the message is for the user."""


def cues_of(value: Any) -> dict[str, Sequence[Shown]]:
    """The cues of each track; `BadRequestError` if they are none."""
    if not isinstance(value, dict):
        raise BadRequestError("`tracks` is not an object")
    found: dict[str, Sequence[Shown]] = {}
    for name, cues in value.items():
        if not isinstance(cues, list):
            raise BadRequestError(f"the track {name!r} is not a list")
        try:
            found[name] = [shown_of(cue, f"cue {k + 1}") for k, cue in enumerate(cues)]
        except DamagedError as error:
            raise BadRequestError(str(error)) from error
    return found


def names_of(value: Any) -> dict[str, str | None]:
    """The name of each label, None for the automatic one; `BadRequestError` if they are none."""
    if not isinstance(value, dict):
        raise BadRequestError("`names` is not an object")
    found: dict[str, str | None] = {}
    for label, name in value.items():
        if name is not None and not isinstance(name, str):
            raise BadRequestError(f"the name of {label} is not a text")
        shown = " ".join((name or "").split())
        if not label or any(not char.isprintable() for char in label + shown) or len(shown) > NAME_LENGTH:
            raise BadRequestError(
                f"{shown!r} is not a name for {label}: {NAME_LENGTH} printable characters at most"
            )
        found[label] = shown or None
    return found
