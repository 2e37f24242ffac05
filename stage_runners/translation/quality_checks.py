"""What can be seen to be wrong with a translated line without knowing its language: empty, too long, repeated, wrong script, copied.

Each check compares the line with its source, so that what the film itself repeats, shouts or leaves untranslated is no fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from stage_runners.text import scripts as languages
from stage_runners.text.grammar import spaceless
from stage_runners.text.repetition import loop, pieces

SEVERITY = {"empty": 6, "runaway": 5, "repeated": 4, "script": 3, "copy": 2, "short": 2, "name": 1}
"""Faults by how much they hurt a viewer: of several attempts the one with the lightest is kept."""
SAID = {
    "empty": "empty", "runaway": "far too long", "repeated": "repeats itself", "script": "in the wrong script",
    "copy": "not translated", "short": "far too short", "name": "a name is lost",
}  # fmt: skip
_LONGER, _MORE = 3.0, 30
"""A translation may have this many times the characters that the pair of languages makes likely, and this many besides."""
_SHORTER, _FROM = 0.15, 60
"""A translation of that many characters has at least this share of the likely ones."""
_ENOUGH_LETTERS = 4
_IN_SCRIPT = 0.5
"""Share of letters that must be of the target's scripts: names and quotes of another one are fewer."""


def faults(source: str, text: str, source_language: str, target: str) -> list[str]:
    """Names of what is wrong with `text` as a translation of `source`, the worst first; keys of `SEVERITY`."""
    if not any(char.isalnum() for char in text):
        return ["empty"] if any(char.isalnum() for char in source) else []
    found = []
    likely = len(source) * languages.density(target) / languages.density(source_language)
    if len(text) > _LONGER * likely + _MORE:
        found.append("runaway")
    if loop(text) and not loop(source):
        found.append("repeated")
    share, letters = languages.share_written_in(text, target)
    if letters >= _ENOUGH_LETTERS and share < _IN_SCRIPT and languages.scripts(target):
        found.append("script")
    if copied(source, text, source_language, target):
        found.append("copy")
    if likely >= _FROM and len(text) < _SHORTER * likely:
        found.append("short")
    return found


def worst(found: Sequence[str]) -> int:
    """How bad the faults are: the severity of the worst, 0 where there is none."""
    return max((SEVERITY[fault] for fault in found), default=0)


def unlooped(text: str) -> str:
    """The text with every phrase that comes too often in a row said once."""
    while found := loop(text):
        start, size, times = found
        parts = pieces(text)
        text = "".join(parts[: start + size] + parts[start + times * size :]).strip()
    return text


def repeated_lines(sources: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Places of three lines and more in a row that all say the same, though their sources differ: a model that is stuck.

    Short ones (`Yes.`) are said by many sources.
    """
    found: list[int] = []
    first = 0
    for k in range(1, len(texts) + 1):
        if k < len(texts) and _plain(texts[k]) == _plain(texts[first]):
            continue
        run = range(first, k)
        if len(_plain(texts[first])) >= 12 and len({_plain(sources[i]) for i in run}) >= 3:
            found.extend(run)
        first = k
    return found


def copied(source: str, text: str, source_language: str, target: str) -> bool:
    """Whether the text is its source, not translated: three words at least, two of them ordinary and different (laughter is one)."""
    same = _plain(source) == _plain(text) and source_language != target
    ordinary = {word for word in re.findall(r"[^\W\d_]+", source)[1:] if not word[:1].isupper()}
    if any(map(spaceless, source)):
        return same and len(_plain(source)) >= 4
    return same and len(ordinary) >= 2


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
