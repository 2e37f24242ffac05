"""Names of languages with a region or a script, as a person or a language model reads them."""

from __future__ import annotations

from stage_runners.text.bcp47 import canonical
from stage_runners.text.iso639 import language

_NAMES = {
    "ar-EG": "Egyptian Arabic",
    "de-AT": "Austrian German",
    "de-CH": "Swiss Standard German (with ss for ß)",
    "en-AU": "Australian English",
    "en-GB": "British English",
    "en-IN": "Indian English",
    "en-US": "American English",
    "es-419": "Latin American Spanish",
    "es-AR": "Argentine Spanish (with vos)",
    "es-ES": "European Spanish",
    "es-MX": "Mexican Spanish",
    "fr-BE": "Belgian French",
    "fr-CA": "Canadian French",
    "fr-CH": "Swiss French",
    "nl-BE": "Flemish Dutch",
    "pt-BR": "Brazilian Portuguese",
    "pt-PT": "European Portuguese",
    "sr-Cyrl": "Serbian in Cyrillic script",
    "sr-Latn": "Serbian in Latin script",
    "zh-CN": "Chinese in simplified characters",
    "zh-Hans": "Chinese in simplified characters",
    "zh-Hant": "Chinese in traditional characters",
    "zh-HK": "Chinese in traditional characters, as in Hong Kong",
    "zh-TW": "Chinese in traditional characters, as in Taiwan",
}


def described(tag: str) -> str:
    """The English name of a language tag: `Brazilian Portuguese`; an unknown region stays as its code."""
    written = canonical(tag)
    if "-" not in written:
        return language(written).name
    return _NAMES.get(written) or f"{language(written).name} ({written})"
