"""The values of `--audio-channel`: names of channels as people say them, or their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipc.declaration import Problem

MIX = "mix"
NAMES = {"left": "FL", "right": "FR", "centre": "FC", "center": "FC"}
_WORDS = {"FL": "left", "FR": "right", "FC": "centre"}


def problem(value: Any) -> Problem | None:
    """What is wrong with a value of the option, or None."""
    if value is None or str(value) in {MIX, *NAMES} or str(value).isdecimal():
        return None
    return Problem("no channel", "use left, right, centre, a number from 0, or mix")


def channel_of(asked: str, speakers: Sequence[str]) -> int | None:
    """The number of a channel of a track, by its name or number; None if the track has no such channel."""
    if asked.isdecimal():
        return int(asked) if int(asked) < len(speakers) else None
    speaker = NAMES.get(asked, asked)
    return speakers.index(speaker) if speaker in speakers else None


def words(speakers: Sequence[str], channel: int) -> str:
    """A channel in words: `left channel`, `channel BL`."""
    name = speakers[channel] if channel < len(speakers) else str(channel)
    return f"{_WORDS[name]} channel" if name in _WORDS else f"channel {name}"
