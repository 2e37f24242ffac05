"""The script of Chinese text, simplified or traditional, and its conversion with OpenCC.

Whisper writes both, and chooses anew in each window.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

Script = Literal["Hans", "Hant-TW", "Hant-HK"]
"""Simplified, or traditional by the standard of Taiwan or of Hong Kong."""
CHINESE = frozenset({"zh", "yue"})
"""Codes of the languages that are written in Chinese characters alone."""
NAMES: dict[Script, str] = {
    "Hans": "simplified",
    "Hant-TW": "traditional (Taiwan)",
    "Hant-HK": "traditional (Hong Kong)",
}
SUBTAGS: dict[str, Script] = {
    "hans": "Hans",
    "cn": "Hans",
    "sg": "Hans",
    "my": "Hans",
    "hant": "Hant-TW",
    "tw": "Hant-TW",
    "hk": "Hant-HK",
    "mo": "Hant-HK",
}
"""Scripts and regions after `zh-` or `yue-` in a language tag (BCP 47)."""
_CONVERTERS: dict[Script, str] = {"Hans": "tw2s", "Hant-TW": "s2tw", "Hant-HK": "s2hk"}
"""OpenCC's conversions letter by letter: none replaces a word of one region by that of another."""


def requested(tag: str) -> Script | None:
    """The script that a language tag such as `zh-Hant` or `zh_TW` asks for; None if it asks for none.

    Of several subtags the last decides: `zh-Hant-HK` is that of Hong Kong.
    """
    code, *subtags = tag.lower().replace("_", "-").split("-")
    found = [SUBTAGS[one] for one in subtags if one in SUBTAGS] if code in CHINESE else []
    return found[-1] if found else None


def letters(text: str) -> tuple[int, int]:
    """The number of letters that only simplified Chinese has, and of those that only traditional has.

    The national character sets decide: GB 2312 holds the simplified letters, Big5 the traditional ones.
    """
    chinese = [char for char in text if char > "\u3400"]
    held = [(_holds("gb2312", char), _holds("big5", char)) for char in chinese]
    return held.count((True, False)), held.count((False, True))


def of_film(texts: Iterable[tuple[str, str]]) -> Script:
    """The script in which most letters are written, of (language, text) in order; the first one if equal.

    Traditional Cantonese is that of Hong Kong.
    """
    simplified = traditional = 0
    first: Script | None = None
    cantonese = False
    for language, text in texts:
        a, b = letters(text)
        cantonese = cantonese or language == "yue"
        simplified, traditional = simplified + a, traditional + b
        if first is None and a != b:
            first = "Hans" if a > b else "Hant-TW"
    plain: Script = "Hant-HK" if cantonese else "Hant-TW"
    if simplified == traditional:
        return "Hans" if first == "Hans" or (first is None and not cantonese) else plain
    return "Hans" if simplified > traditional else plain


def differs(text: str, script: Script) -> bool:
    """Whether some letter of the text belongs to the other script only."""
    simplified, traditional = letters(text)
    return bool(traditional if script == "Hans" else simplified)


def converted(text: str, script: Script) -> str:
    """The text in the script; a text without letters of the other script stays as it is."""
    return str(_converter(_CONVERTERS[script]).convert(text)) if differs(text, script) else text


def simplified(text: str) -> str:
    """The text in simplified letters, for a dictionary that knows no others; its length is the same."""
    made = converted(text, "Hans")
    return made if len(made) == len(text) else text


def mixed(text: str) -> float:
    """The share of the rarer script in the letters that belong to one script only: 0 for one script."""
    a, b = letters(text)
    return min(a, b) / (a + b) if a + b else 0.0


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def _holds(codec: str, char: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
