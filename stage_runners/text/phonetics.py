"""How alike two words sound and are spelt, with the standard library alone: the recogniser's environments need no more.

Coarse on purpose, to find what may be the same word. `post_ner` asks a phonetic library besides.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)  # noqa: RUF001
_EDGE = re.compile(r"^\W+|\W+$")
_SPELLINGS = (
    ("sch", "s"), ("tch", "s"), ("dge", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s"), ("tz", "s"), ("ph", "f"), ("gh", "k"),
    ("th", "t"), ("dh", "t"), ("ck", "k"), ("qu", "kw"), ("x", "ks"),
)  # fmt: skip
"""Letters that stand for one sound, the longest first."""
_CLASSES = {letter: group[0] for group in ("aeiouy", "pb", "fv", "kgq", "td", "szj") for letter in group}
"""Sounds that a listener, and Whisper, takes for each other: consonants by place, as in Russell's Soundex; all vowels."""


def core(text: str) -> tuple[str, str, str]:
    """What stands before the word, the word itself, and what is behind it: `"Rachel's.` is `"`, `Rachel`, `'s.`."""
    head = re.match(r"\W*", text)
    before = head.group() if head else ""
    rest = text[len(before) :]
    word = _EDGE.sub("", rest)
    word = _POSSESSIVE.sub("", word)
    return before, word, rest[len(word) :]


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Letters and digits only, small, without accents: `Éo-wyn` and `eowyn` are one. Vowel signs of Indic scripts go too."""
    marks = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in marks if char.isalnum() or unicodedata.category(char) == "Mc")


@lru_cache(maxsize=1 << 16)
def sounding(text: str) -> str:
    """The word as classes of sounds, one letter each: Joyce and Choice are `sasa`, Sequoia is `sakwa`."""
    word = folded(text)
    word = re.sub(r"c(?=[eiy])", "s", re.sub(r"g(?=[eiy])", "j", word))
    for spelling, sound in _SPELLINGS:
        word = word.replace(spelling, sound)
    word = word.replace("c", "k")
    result = ""
    for char in word:
        sound = _CLASSES.get(char, char)
        if result and (sound == result[-1] or sound == "h"):
            continue
        result += sound
    return result


@lru_cache(maxsize=1 << 18)
def alike(one: str, other: str) -> float:
    """How alike two words are, 0..1: the better of spelling and sound, each as twice the common letters over all letters.

    0 where one is three times as long as the other.
    """
    return max(_ratio(folded(one), folded(other)), _ratio(sounding(one), sounding(other)))


def _ratio(one: str, other: str) -> float:
    if not one or not other or min(len(one), len(other)) * 3 < max(len(one), len(other)):  # .5 at most
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
