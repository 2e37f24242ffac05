"""Evidence that a word is a misheard name, and reasons against it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from stage_runners.names import transliteration
from stage_runners.names.terms import Term
from stage_runners.names.thresholds import CORRECTIONS, SCORE
from stage_runners.text.phonetics import folded

_INFLECTING_TEXT = (
    "cs sk pl ru uk be bg hr sr sl bs mk lt lv et fi hu tr az kk uz ky tt el la is ka hy eu ta te ml kn mn "
    "sq ro"
)
INFLECTING = frozenset(_INFLECTING_TEXT.split())
"""Languages in which names take endings (ISO 639-1): a word that differs after the stem only may be right."""
_VOWELS = frozenset("aeiouy")
_SILENT_E = frozenset({"en", "fr"})
"""Languages in which an `e` after a consonant at the end is silent."""
_ENDINGS = frozenset({"s", "es", "n", "en", "ns", "in"})
"""Endings of names in languages that hardly inflect them: `the Joyces`, `Stefans`."""


class Likeness(NamedTuple):
    """How alike a word and a term are, each from 0 to 1: by double metaphone's keys, and by letters."""

    sound: float
    spelling: float


class Heard(NamedTuple):
    """One or more words that may be a name: `probability` is the least of them, `name` the reason to take it
    for one.
    """

    text: str
    probability: float
    name: str
    language: str


def likeness(heard: str, term: str) -> Likeness:
    """Compare in Latin letters: keys by double metaphone (equal is 1), spelling by Levenshtein's distance
    over length.
    """
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.fuzz import ratio

    one, other = folded(transliteration.latin(heard)), folded(transliteration.latin(term))
    mine, its = transliteration.keys(heard), transliteration.keys(term)
    sound = max((ratio(a, b) / 100 for a in mine for b in its), default=0.0)
    return Likeness(1.0 if mine & its else sound, float(Levenshtein.normalized_similarity(one, other)))


def forbidden(heard: Heard, term: Term, ordinary: Callable[[str, str], bool]) -> str:
    """Why this word is not corrected, whatever it sounds like; empty if it may be."""
    form = folded(heard.text)
    if form in term.forms:
        return "it is the name"
    if heard.probability > CORRECTIONS.most_sure:
        return "its probability is high"
    if any(ordinary(word, heard.language) for word in (heard.text, *_without_ending(heard.text))):
        return "it is a word of the language"
    if any(_a_form(form, own, heard.language) for own in term.forms):
        return "it is a form of the name"
    if _edges(heard.text, heard.language) != _edges(term.text, heard.language):
        return "it begins or ends in another vowel, as another name does"
    if not heard.name:
        return "there is no sign that it is a name"
    return ""


def close(heard: Heard, term: Term) -> Likeness | None:
    """How alike they are; None if that is not enough for the same name misheard."""
    found = likeness(heard.text, term.text)
    letters = len(folded(transliteration.latin(term.text)))
    if found.sound < CORRECTIONS.sound or found.spelling < CORRECTIONS.spelling:
        return None
    if found.sound < 1 and found.sound + found.spelling < CORRECTIONS.together:
        return None
    if letters <= CORRECTIONS.short and (
        found.sound < 1 or found.spelling < 1 - CORRECTIONS.short_letters / letters
    ):
        return None
    return found


def score(heard: Heard, found: Likeness, film: float) -> float:
    """All evidence as one number from 0 to 1. `film` is the film's support for the name, from 0 to 1."""
    likeness = SCORE.sound * found.sound + SCORE.spelling * found.spelling
    return likeness + SCORE.doubt * (1 - heard.probability) + SCORE.film * film


@lru_cache(maxsize=1 << 16)
def ordinary(word: str, language: str) -> bool:
    """Whether a word is one of the language, by simplemma's dictionary, which has some names too.

    Without a dictionary of the language, every word without a capital counts as one.
    """
    from simplemma import is_known

    if not has_dictionary(language):
        return word[:1] == word[:1].lower()
    return bool(is_known(word.lower(), language) or is_known(word, language))


@lru_cache(maxsize=128)
def has_dictionary(language: str) -> bool:
    """Whether simplemma has a dictionary of the language."""
    from simplemma import is_known

    try:
        is_known("a", language)
    except (ValueError, KeyError, FileNotFoundError, TypeError):
        return False
    return True


def _without_ending(word: str) -> tuple[str, ...]:
    plain = word.replace("’", "'")  # noqa: RUF001
    return tuple(part for part in plain.split("'")[:1] if part != word and len(part) > 1)


def _edges(name: str, language: str) -> tuple[str, str]:
    """The vowels that a name begins and ends in, `""` for a consonant: Joan and Joanna, Raja and Raju, Asha
    and Usha differ.

    People and recognisers mistake vowels inside a name. Those at its ends make another name in languages with
    such pairs.
    """
    word = folded(transliteration.latin(name))
    if language in _SILENT_E:
        word = re.sub(r"(?<=[^aeiouy])e$", "", word)
    word = re.sub(r"(?:ie|ey|ee|i)$", "y", re.sub(r"(?<=[aeiouy])h$", "", word))
    first, last = word[:1], word[-1:]
    return first if first in _VOWELS else "", last if last in _VOWELS else ""


def _a_form(form: str, term: str, language: str) -> bool:
    """Whether a word is the name with an ending of the language, or might be."""
    if language in INFLECTING:
        stem = term[:-1] if len(term) > 3 and term[-1] in "aeiouy" else term
        return form.startswith(stem) or form[-2:] != term[-2:]
    return form.startswith(term) and not term.endswith("s") and form[len(term) :] in _ENDINGS
