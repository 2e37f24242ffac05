"""How alike two words are in sound and spelling, with the standard library only, for the recogniser's
environments.

It is coarse on purpose, to find words that may be the same. `post_ner` uses a phonetic library besides.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)  # noqa: RUF001
_EDGE = re.compile(r"^\W+|\W+$")
_SPELLINGS = (
    ("sch", "s"),
    ("tch", "s"),
    ("dge", "s"),
    ("ch", "s"),
    ("sh", "s"),
    ("zh", "s"),
    ("tz", "s"),
    ("ph", "f"),
    ("gh", "k"),
    ("th", "t"),
    ("dh", "t"),
    ("ck", "k"),
    ("qu", "kw"),
    ("x", "ks"),
)
"""Letters that stand for one sound, the longest first."""
_CLASSES = {letter: group[0] for group in ("aeiouy", "pb", "fv", "kgq", "td", "szj") for letter in group}
"""Sounds that listeners, and Whisper, confuse: consonants by place, as in Russell's Soundex, and all
vowels."""


def core(text: str) -> tuple[str, str, str]:
    """The marks before a word, the word itself, and what follows it: `"Rachel's.` is `"`, `Rachel`, `'s.`."""
    head = re.match(r"\W*", text)
    before = head.group() if head else ""
    rest = text[len(before) :]
    word = _EDGE.sub("", rest)
    word = _POSSESSIVE.sub("", word)
    return before, word, rest[len(word) :]


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Letters and digits only, lower case, without accents: `Éo-wyn` and `eowyn` are equal. Some Indic vowel
    signs go too.
    """
    marks = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in marks if char.isalnum() or unicodedata.category(char) == "Mc")


@lru_cache(maxsize=1 << 16)
def sounding(text: str) -> str:
    """The word as classes of sounds, one letter for each: Joyce and Choice are `sasa`, Sequoia is `sakwa`."""
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
    """How alike two words are, from 0 to 1: the better of spelling and sound, each as twice the common
    letters over all.

    0 if one is more than three times as long as the other.
    """
    return max(_ratio(folded(one), folded(other)), _ratio(sounding(one), sounding(other)))


def _ratio(one: str, other: str) -> float:
    if not one or not other or min(len(one), len(other)) * 3 < max(len(one), len(other)):  # 0.5 at most
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
