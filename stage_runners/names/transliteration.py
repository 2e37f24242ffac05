"""Words of any script in Latin letters, Indic ones as people write them, and their phonetic keys."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SCRIPTS = (
    "devanagari", "bengali", "gurmukhi", "gujarati", "oriya", "tamil", "telugu", "kannada", "malayalam",
)  # fmt: skip
_DROPS_SCHWA = frozenset({"devanagari", "bengali", "gurmukhi", "gujarati"})
_LANGUAGES = {
    "hi": "devanagari",
    "mr": "devanagari",
    "ne": "devanagari",
    "sa": "devanagari",
    "bn": "bengali",
    "as": "bengali",
    "pa": "gurmukhi",
    "gu": "gujarati",
    "ta": "tamil",
    "te": "telugu",
    "kn": "kannada",
    "ml": "malayalam",
}
"""The script of languages that Whisper writes in an Indic script."""
_IAST = {
    "kṣ": "ksh",
    "cch": "chch",
    "ch": "chh",
    "c": "ch",
    "ś": "sh",
    "ṣ": "sh",
    "ṭ": "t",
    "ḍ": "d",
    "ṇ": "n",
    "ñ": "n",
    "ṅ": "n",
    "ṛ": "ri",
    "r̥": "ri",
    "ḷ": "l",
    "ā": "a",
    "ī": "i",
    "ū": "u",
    "ḥ": "h",
    "ē": "e",
    "ō": "o",
    "ṟ": "r",
    "ṉ": "n",
    "ḻ": "zh",
}
_SIGNS = re.compile("|".join(sorted(_IAST, key=len, reverse=True)))
_VOWEL = "aāiīuūeēoōṛ"


@lru_cache(maxsize=1 << 14)
def script(text: str) -> str:
    """`latin`, `devanagari`, ...: the script of the first letter, as Unicode names it; empty without
    letters.
    """
    for char in text:
        if char.isalpha():
            return unicodedata.name(char, "").partition(" ")[0].lower()
    return ""


def script_of(language: str) -> str:
    """The Indic script of a language, empty for others."""
    return _LANGUAGES.get(language, "")


@lru_cache(maxsize=1 << 14)
def latin(text: str) -> str:
    """The word in Latin letters, capitalised: सिमरन is Simran. Words of the Latin script stay as they are."""
    own = script(text)
    if own in ("latin", ""):
        return text
    if own not in _SCRIPTS:
        from anyascii import anyascii

        return str(anyascii(text)).strip()
    from indic_transliteration import sanscript

    words = (sanscript.transliterate(word, own, sanscript.IAST) for word in text.split())
    return " ".join(_spoken(word, drop=own in _DROPS_SCHWA).capitalize() for word in words)


def indic(text: str, to: str) -> str:
    """A Latin name in the script `to`: a guess, because Latin spelling does not mark long vowels."""
    from indic_transliteration import sanscript

    words = []
    for word in text.split():
        plain = unicodedata.normalize("NFKD", word.lower())
        plain = "".join(char for char in plain if "a" <= char <= "z")
        plain = re.sub(r"ee", "ii", re.sub(r"oo", "uu", plain))
        plain = re.sub(r"i$", "ii", re.sub(r"[nm](?=[bpkgcjtd])", "M", plain))
        made = sanscript.transliterate(plain, sanscript.ITRANS, to)
        words.append(made[:-1] if made and unicodedata.combining(made[-1]) == _VIRAMA else made)
    return " ".join(words)


_VIRAMA = 9
"""Unicode's combining class of the sign that removes a consonant's vowel."""


@lru_cache(maxsize=1 << 16)
def keys(text: str) -> frozenset[str]:
    """Double metaphone (Philips 2000) of the word in Latin letters: one or two keys; none without
    consonants.
    """
    from doublemetaphone import doublemetaphone

    plain = unicodedata.normalize("NFKD", latin(text))
    return frozenset(key for key in doublemetaphone("".join(char for char in plain if char.isascii())) if key)


def _spoken(iast: str, *, drop: bool) -> str:
    """IAST as pronounced: Hindi drops the inherent vowel at the end, and between single consonants (Ohala
    1983).
    """
    word = iast.lower().replace("~", "ṃ")
    if drop:
        consonant = rf"[^{_VOWEL}\W\d]h?"
        word = re.sub(rf"(?<=[{_VOWEL}ṃ])({consonant})a$", r"\1", word)
        middle = re.compile(rf"([{_VOWEL}ṃ]{consonant})a(?={consonant}[{_VOWEL}])")
        places = list(middle.finditer(word))
        if places:  # the last one only: of two side by side the right one is dropped
            last = places[-1]
            word = word[: last.end() - 1] + word[last.end() :]
    word = re.sub(r"[ṃṁ](?=[pbm])", "m", word)
    word = re.sub(r"[ṃṁ]", "n", word)
    word = _SIGNS.sub(lambda found: _IAST[found.group()], word)
    plain = unicodedata.normalize("NFKD", word)
    return "".join(char for char in plain if not unicodedata.combining(char))
