"""Titles of chapters in the film's own words: the most characteristic ones, or the first sentence.

What is characteristic: c-TF-IDF (M. Grootendorst, "BERTopic", 2022), with each chapter as a class. Words
without meaning of their own are left out by spaCy's lists, which 70 languages have.
"""

from __future__ import annotations

import importlib
import math
import re
from collections import Counter
from collections.abc import Sequence

from stage_runners.chapters.boundaries import Part
from stage_runners.chapters.thresholds import TITLES
from stage_runners.chapters.utterances import stems_of, words_of
from stage_runners.subtitles.plain_text import plain
from stage_runners.text.grammar import spaceless

_APOSTROPHES = re.compile("['\u2019]")
_SHORTEST = 3
"""Letters that a word of a title has at least."""


def titles(parts: Sequence[Part], form: str) -> list[str]:
    """A title for each chapter; `form` is `words` or `sentence`.

    A chapter in a script without spaces, or without two words of its own, gets its first sentence.
    """
    if form == "sentence":
        return [sentence(part) for part in parts]
    counts = [_counted(part) for part in parts]
    every = Counter({stem: sum(c[stem] for c in counts) for stem in set().union(*counts)})
    mean = sum(every.values()) / max(1, len(parts))
    return [
        _joined(part, _characteristic(count, every, mean)) or sentence(part)
        for part, count in zip(parts, counts, strict=True)
    ]


def _counted(part: Part) -> Counter[str]:
    """How often each stem with a meaning of its own is said."""
    return Counter(_stem(word) for one in part.spoken for word in _meaningful(one.text, one.language))


def _stem(word: str) -> str:
    return next(iter(stems_of(word)))


def _meaningful(text: str, language: str) -> list[str]:
    small = stop_words(language)
    return [
        word
        for word in words_of(_APOSTROPHES.sub("", text))
        if len(word) >= _SHORTEST
        and not spaceless(word[0])
        and not any(char.isdigit() for char in word)
        and word.casefold() not in small
    ]


def stop_words(language: str) -> frozenset[str]:
    """Words without a meaning of their own, without apostrophes; empty if spaCy has no list."""
    if not language.isalpha():
        return frozenset()
    try:
        module = importlib.import_module(f"spacy.lang.{language}.stop_words")
    except ImportError:
        return frozenset()
    words = {str(word).casefold() for word in module.STOP_WORDS}
    whole = {first + second for first in words for second in words if _APOSTROPHES.match(second)}
    return frozenset(_APOSTROPHES.sub("", word) for word in words | whole)


def _characteristic(count: Counter[str], every: Counter[str], mean: float) -> list[str]:
    weight = {stem: n * math.log(1 + mean / every[stem]) for stem, n in count.items()}
    return sorted(weight, key=lambda stem: (-weight[stem], stem))[: TITLES.words]


def _joined(part: Part, chosen: Sequence[str]) -> str:
    """The words of the chosen stems in their most frequent form; empty for fewer than two."""
    if len(chosen) < 2:
        return ""
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in chosen}
    for one in part.spoken:
        for word in _meaningful(one.text, one.language):
            if (stem := _stem(word)) in forms:
                forms[stem][word] += 1
    words = [max(sorted(forms[stem], reverse=True), key=lambda word: forms[stem][word]) for stem in chosen]
    return plain(", ".join([words[0][:1].upper() + words[0][1:], *words[1:]]))


def sentence(part: Part) -> str:
    """What is said first in a chapter, cut at a word if it is long."""
    text = " ".join(plain(part.spoken[0].text).split()) if part.spoken else ""
    if len(text) <= TITLES.sentence:
        return text
    cut = text[: TITLES.sentence - 1]
    if not spaceless(text[TITLES.sentence - 1]) and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:") + "…"
