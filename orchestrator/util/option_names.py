"""Normalises the names of options on the command line."""

from __future__ import annotations

from collections.abc import Sequence


def normalise(argv: Sequence[str]) -> list[str]:
    """Replace `_` in the names of long options by `-`, so that the spelling of WhisperX works."""
    words: list[str] = []
    for position, word in enumerate(argv):
        if word == "--":
            return [*words, *argv[position:]]
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            word = name.replace("_", "-") + equals + value  # noqa: PLW2901
        words.append(word)
    return words
