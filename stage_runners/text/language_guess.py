"""Guesses which language a user means who wrote no code of Whisper's: `english`, `ger`, `pt_BR`."""

from __future__ import annotations

import re

from ipc.suggest import nearest
from ipc.whisper_languages import LANGUAGES as SPOKEN
from stage_runners.text.iso639 import LANGUAGES, language

OWN_NAMES = {
    "deutsch": "de", "español": "es", "espanol": "es", "castellano": "es", "français": "fr", "francais": "fr",
    "italiano": "it", "português": "pt", "portugues": "pt", "brazilian": "pt", "nederlands": "nl",
    "flemish": "nl", "polski": "pl", "svenska": "sv", "norsk": "no", "dansk": "da", "suomi": "fi",
    "türkçe": "tr", "turkce": "tr", "русский": "ru", "українська": "uk", "中文": "zh", "mandarin": "zh",
    "日本語": "ja", "한국어": "ko", "हिन्दी": "hi", "العربية": "ar", "עברית": "he", "ελληνικά": "el",
    "farsi": "fa", "uk-english": "en", "jp": "ja", "cn": "zh", "kr": "ko", "cz": "cs", "gr": "el", "dk": "da",
    "se": "sv", "ua": "uk", "iw": "he", "in": "id", "jv": "jw", "haitian": "ht", "creole": "ht",
    "maori": "mi",
}  # fmt: skip
"""Languages' own names, and codes of countries or of former standards that are mistaken for a language's.

They are looked up only for words that are no code of Whisper's.
"""


def meant(word: str) -> str:
    """The code of Whisper's that `word` probably means; empty if there is no guess."""
    written = re.sub(r"\s*\(.*\)$", "", word.strip()).casefold().replace("_", "-")
    first = written.partition("-")[0]
    for spelt in (written, first):
        if (found := OWN_NAMES.get(spelt) or language(spelt).code) in SPOKEN:
            return found
    names = {entry.name: code for code, entry in LANGUAGES.items() if code in SPOKEN}
    return names.get(nearest(first, names), "") if len(first) > 3 else ""


def problem_hint(word: str, otherwise: str) -> str:
    """The hint for a word that is no code of a language: the code that it probably means, or `otherwise`."""
    code = meant(word)
    return f"did you mean {code} ({LANGUAGES[code].name})?" if code else otherwise
