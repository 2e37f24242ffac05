"""Finds a phrase that repeats itself in a text, in any script."""

from __future__ import annotations

import re

from stage_runners.text.grammar import bare, characters, spaceless
from stage_runners.text.thresholds import LOOPS


def loop(text: str) -> tuple[int, int, int] | None:
    """The first phrase that comes too often in a row: its start, its length (both in `pieces`), and how
    often; else None.
    """
    words = _words(text)
    limits = LOOPS.characters if any(map(spaceless, text)) else LOOPS.words
    for start in range(len(words)):
        for size in range(1, min(LOOPS.longest, (len(words) - start) // 2) + 1):
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
    """The text cut into words with the spaces before them, or characters in scripts without spaces; joined
    they are the text.
    """
    found = []
    for blank, word in re.findall(r"(\s*)(\S+)", text):
        cut = characters(word) if any(map(spaceless, word)) else [word]
        found.extend([blank + cut[0], *cut[1:]])
    return found


def _words(text: str) -> list[str]:
    return [bare(piece.strip()) for piece in pieces(text)]
