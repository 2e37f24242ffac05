"""Changes that a model proposes: their kinds, and where in a cue's text they fit.

The page has the same rules in JavaScript (`orchestrator/report/js/proposals.js`), which a test compares with
this module. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

KINDS = {
    "misheard": "misheard",
    "name": "name",
    "punctuation": "punctuation",
    "meaning": "meaning",
    "term": "term",
    "address": "form of address",
    "speed": "reading speed",
    "style": "wording",
}
"""Kinds of proposals, and their words for the user."""
OF_TRANSCRIPT = ("misheard", "name", "punctuation")
OF_TRANSLATION = ("meaning", "term", "address", "speed", "style")
NEAR_S = 0.3
"""Seconds that the words of a proposal may lie outside the cue that shows them."""


class Fit(NamedTuple):
    """Where a proposal fits: the place in the text, and the text with the change made."""

    start: int
    end: int
    text: str


def fit(text: str, before: str, after: str) -> Fit | None:
    """Where `before` stands in the text of a cue; None if it does not, or if `after` is there already.

    Blanks and line breaks are alike. A line break within what is replaced stays after as many words.
    """
    if not before or before == after:
        return None
    if before in after and _found(text, after):
        return None
    found = _found(text, before)
    if found is None:
        return None
    start, end = found.span()
    return Fit(start, end, text[:start] + _broken(found.group(), after) + text[end:])


def _found(text: str, part: str) -> re.Match[str] | None:
    """The first place of a part that is whole words, whatever blanks are between them."""
    words = r"\s+".join(map(re.escape, part.split()))
    first, last = part.strip()[:1], part.strip()[-1:]
    opens = r"(?<!\w)" if _spaced(first) else ""
    closes = r"(?!\w)" if _spaced(last) else ""
    return next(
        (one for one in re.finditer(opens + words + closes, text) if not _goes_on(text, one.end())), None
    )


def _goes_on(text: str, end: int) -> bool:
    """Whether a vowel sign or an accent follows, which is no word character to `re`."""
    return unicodedata.category(text[end : end + 1] or " ")[0] == "M"


def _spaced(char: str) -> bool:
    """Whether the character is of a word in a script with spaces between words."""
    return bool(char) and char.isalnum() and not _DENSE.match(char)


_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts without spaces: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


def _broken(was: str, after: str) -> str:
    """`after` with the line break of what it replaces, if that has one."""
    if "\n" not in was or "\n" in after:
        return after
    words = after.split()
    at = min(len(was.split("\n", maxsplit=1)[0].split()), len(words))
    if at in {0, len(words)}:
        return after + "\n" if at else after
    return " ".join(words[:at]) + "\n" + " ".join(words[at:])
