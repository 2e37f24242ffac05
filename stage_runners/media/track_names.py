"""Names of people in the titles of audio tracks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from stage_runners.text.iso639 import LANGUAGES
from stage_runners.text.language_guess import OWN_NAMES

_NO_NAME = re.compile(
    r"audio|sound|track|channel|stream|stereo|mono|surround|dolby|atmos|digital|left|right|centre|center|mics?"
    r"|microphone|mix(ed)?|mixdown|minus|master|main|music|original|default|commentary|comment|description"
    r"|descriptive|speaker|voice|voices|vocals?|dialog(ue)?|recording|recorder|input|output|handler|soundhandler"
    r"|mainconcept|core|media|iso|file|line|zoom|bus|aux|device|desktop|system|headset|tonspur|spur|ton|kanal"
    r"|mikrofon|piste|micro|canal|pista|game|discord|browser|riverside|untitled|unknown|und|none|null|test"
    r"|dub(bed)?|dts|e?-?ac-?3|aac|flac|opus|pcm|wav|hd|ma|the|of|and|by|with|director|interview",
    re.IGNORECASE,
)
"""Words that name no person; a title of such words alone tells nothing."""
_LANGUAGES = frozenset(word.casefold() for one in LANGUAGES.values() for word in one.name.split())
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_BETWEEN = re.compile(r"[\s_/|:,;\u2013\u2014]+|(?<=\s)-+(?=\s)")
_LONGEST = 40
"""Characters of a name."""
_MOST_WORDS = 3


def names_of(titles: Sequence[str]) -> list[str | None]:
    """The name of a person in each title; None where there is none, or where two titles have the same."""
    names = [name_in(title) for title in titles]
    return [name if name and names.count(name) == 1 else None for name in names]


def name_in(title: str) -> str | None:
    """The name of a person in the title of a track: `Anna`, `Anna's mic`, `Mic 2 - Dr. Anna Weiß`; or None.

    What stands in brackets, words with numbers, and technical words are left out. At most three words are a
    name, each of which begins with a capital letter in scripts that have them.
    """
    outside = _BRACKETED.sub(" ", title)
    text = outside if outside.strip() else title
    words = [re.sub(r"['\u2019]s$", "", word.strip("-'\u2019\"#[]()")) for word in _BETWEEN.split(text)]
    kept = [w for w in words if w and not _NO_NAME.fullmatch(w) and not any(map(str.isdigit, w))]
    name = " ".join(kept)
    fits = 0 < len(kept) <= _MOST_WORDS and len(name) <= _LONGEST and all(map(_shaped, kept))
    language = all(word.casefold() in _LANGUAGES for word in kept) or name.casefold() in OWN_NAMES
    return name if fits and not language else None


def _shaped(word: str) -> bool:
    """Whether a word looks like a part of a name: letters, no small one first, not a single one."""
    letters = [letter for letter in word if unicodedata.category(letter)[0] in "LM"]
    others = set(word) - set(letters)
    alone = len(letters) < 2 and (word.isascii() or word[0].isupper())
    return (
        bool(letters)
        and word[0] in letters
        and not word[0].islower()
        and others <= set("'\u2019.-")
        and not alone
    )
