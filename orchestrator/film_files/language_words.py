"""What words in names of subtitle files and in titles of tracks say: languages, and for whom they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from stage_runners.text.iso639 import LANGUAGES, language
from stage_runners.text.language_guess import OWN_NAMES, problem_hint

_NAMES = {entry.name.casefold(): code for code, entry in LANGUAGES.items()} | OWN_NAMES
_CODES = {
    code for entry in LANGUAGES.values() for code in (entry.code, entry.bibliographic, entry.terminologic)
}
_SPECIAL = {
    "chs": ("zh", "hans"), "sc": ("zh", "hans"), "gb": ("zh", "hans"), "cht": ("zh", "hant"),
    "tc": ("zh", "hant"), "big5": ("zh", "hant"), "pob": ("pt", "br"), "pb": ("pt", "br"),
    "ptbr": ("pt", "br"), "spl": ("es", "419"), "ea": ("es", "419"), "iw": ("he", ""), "in": ("id", ""),
    "scc": ("sr", ""), "scr": ("hr", ""), "mol": ("ro", ""), "nob": ("no", ""), "nb": ("no", ""),
    "fil": ("tl", ""), "cmn": ("zh", ""), "castilian": ("es", "es"), "castellano": ("es", "es"),
    "latino": ("es", "419"), "brazilian": ("pt", "br"), "simplified": ("zh", "hans"),
    "traditional": ("zh", "hant"),
}  # fmt: skip
"""Codes of programs, countries and former standards, as a language and its script or region.

`sc` and `tc` are Sardinian and nothing in ISO 639; subtitles with them are Chinese.
"""
_SCRIPTS = {"cn": "hans", "sg": "hans", "my": "hans", "tw": "hant", "hk": "hant", "mo": "hant"}
"""The script of Chinese by country."""
_FORCED = frozenset(["forced", "foreign", "signs", "songs"])
_SDH = frozenset(["sdh", "cc", "hi", "hoh", "sdhh"])
FORCED_TITLE = re.compile(
    r"\b(forced|foreign|signs|songs?|karaoke|lyrics|erzwungen|forc[ée]e?s?)\b", re.IGNORECASE
)
SDH_TITLE = re.compile(
    r"\b(sdh|cc|hi|hoh|hearing|captions?|hörgeschädigte?|malentendants?|sme)\b", re.IGNORECASE
)


class Tag(NamedTuple):
    """A language by Whisper's code, and its script or region in small letters, empty if none is stated."""

    code: str
    more: str = ""

    def serves(self, wanted: Tag) -> bool:
        """Return whether subtitles with this tag are what is wanted; one that states no region may be any."""
        same = self.code == wanted.code
        return same and (not wanted.more or not self.more or self.more == wanted.more)

    def shown(self) -> str:
        """The tag as users write it: `pt-BR`, `zh-Hans`, `en`."""
        more = self.more.title() if len(self.more) == 4 else self.more.upper()
        return f"{self.code}-{more}" if more else self.code


class Words(NamedTuple):
    """What the words of a name say; `tag` is None if they name no language. `first` is whether the first word
    says something, so that it is no part of a film's name.
    """

    tag: Tag | None
    forced: bool
    sdh: bool
    first: bool


def tag_of(word: str) -> Tag | None:
    """The language that a word names: `en`, `eng`, `English`, `pt-BR`, `zh_Hans`; None if it names none."""
    plain = word.strip().casefold().replace("_", "-")
    if found := _SPECIAL.get(plain):
        return Tag(*found)
    first, *rest = plain.split("-")
    if first in _SPECIAL:
        code, more = _SPECIAL[first]
    elif first in _CODES:
        code, more = language(first).code, ""
    elif first in _NAMES:
        code, more = _NAMES[first], ""
    else:
        return None
    if rest:
        if not all(re.fullmatch(r"[a-z]{2}|[a-z]{4}|\d{3}", part) for part in rest):
            return None
        more = next((part for part in rest if len(part) == 4), rest[-1])
    if code == "zh":
        more = _SCRIPTS.get(more, more)
    return Tag({"jv": "jw"}.get(code, code), more)


def hint(word: str, otherwise: str) -> str:
    """What to write instead of a word that names no language: what it probably means, or `otherwise`."""
    return problem_hint(word, otherwise)


def read(words: Iterable[str]) -> Words:
    """What the words between a film's name and the suffix of a subtitle file say.

    Two letters may be a language or a mark: `hi` is Hindi, but after a language "for hard of hearing"; the
    last language counts, as in Jellyfin.
    """
    tag: Tag | None = None
    forced = sdh = first = False
    for number, word in enumerate(_split(words)):
        plain = word.casefold()
        known = True
        if plain in _FORCED:
            forced = True
        elif plain in _SDH and (plain != "hi" or tag is not None):
            sdh = True
        elif (found := tag_of(word)) is not None:
            tag = found
        else:
            known = plain.isdecimal() or plain in {"default", "translated", "full"}
        first |= known and number == 0
    return Words(tag, forced, sdh, first)


def _split(words: Iterable[str]) -> Iterable[str]:
    """The words, with those that are no tag divided: `en-sdh`, `English_forced`."""
    for word in words:
        yield from [word] if tag_of(word) else re.split(r"[-_]", word)
