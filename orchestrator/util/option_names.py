"""Names of options as they are typed."""

from __future__ import annotations

from collections.abc import Sequence


def normalise(argv: Sequence[str]) -> list[str]:
    """The same command line with `_` in the names of long options turned into `-`, as WhisperX writes them."""
    words: list[str] = []
    for position, word in enumerate(argv):
        if word == "--":
            return [*words, *argv[position:]]
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            word = name.replace("_", "-") + equals + value  # noqa: PLW2901
        words.append(word)
    return words
