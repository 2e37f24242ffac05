"""A phrase that comes again and again in a text, in any script."""

from __future__ import annotations

import re

from stage_runners.text.grammar import bare, characters, spaceless

_TIMES = ((1, 5), (2, 4), (4, 3))
"""From so many words in a phrase on, how often in a row it may not come: five times `no`, three times a phrase of four words."""
_TIMES_SPACELESS = ((1, 9), (2, 5), (6, 3))
"""The same in characters, where no blanks tell words apart."""
_LONGEST_PHRASE = 24


def loop(text: str) -> tuple[int, int, int] | None:
    """The first phrase of `text` that comes too often in a row: where it begins, its length, how often; in words."""
    words = _words(text)
    limits = _TIMES_SPACELESS if any(map(spaceless, text)) else _TIMES
    for start in range(len(words)):
        for size in range(1, min(_LONGEST_PHRASE, (len(words) - start) // 2) + 1):
            most = next(times for least, times in reversed(limits) if size >= least)
            phrase = words[start : start + size]
            if len(words) - start < most * size or not any(phrase):
                continue
            times = 1
            while words[start + times * size : start + (times + 1) * size] == phrase:
                times += 1
            if times >= most:
                return start, size, times
    return None


def pieces(text: str) -> list[str]:
    """The text cut so that joining the pieces gives it back: words with the blanks before them, or characters of some scripts."""
    found = []
    for blank, word in re.findall(r"(\s*)(\S+)", text):
        cut = characters(word) if any(map(spaceless, word)) else [word]
        found.extend([blank + cut[0], *cut[1:]])
    return found


def _words(text: str) -> list[str]:
    return [bare(piece.strip()) for piece in pieces(text)]
