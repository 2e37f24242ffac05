"""What is visibly wrong with a translated line, in any language: empty, too long, repeated, wrong script,
copied.

Each check compares the line with its source, so that what the film itself repeats, shouts or leaves
untranslated is not a fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from stage_runners.text import scripts
from stage_runners.text.grammar import spaceless
from stage_runners.text.repetition import loop, pieces
from stage_runners.translation.thresholds import FAULTS

SEVERITY = {"empty": 6, "runaway": 5, "repeated": 4, "script": 3, "copy": 2, "short": 2, "name": 1, "term": 1}
"""Faults by how much they hurt a viewer: of several attempts the one with the lightest is used."""
DESCRIBED = {
    "empty": "empty",
    "runaway": "far too long",
    "repeated": "repeats itself",
    "script": "in the wrong script",
    "copy": "not translated",
    "short": "far too short",
    "name": "a name is lost",
    "term": "a term of the glossary is lost",
}


def faults(source: str, text: str, source_language: str, target: str) -> list[str]:
    """What is wrong with `text` as a translation of `source`, the worst first; keys of `SEVERITY`."""
    if not any(char.isalnum() for char in text):
        return ["empty"] if any(char.isalnum() for char in source) else []
    names: list[str] = []
    likely = len(source) * scripts.density(target) / scripts.density(source_language)
    if len(text) > FAULTS.longer * likely + FAULTS.more:
        names.append("runaway")
    if loop(text) and not loop(source):
        names.append("repeated")
    share, letters = scripts.share_written_in(text, target)
    if letters >= FAULTS.letters and share < FAULTS.in_script and scripts.scripts(target):
        names.append("script")
    if copied(source, text, source_language, target):
        names.append("copy")
    if likely >= FAULTS.shorter_from and len(text) < FAULTS.shorter * likely:
        names.append("short")
    return names


def worst(names: Sequence[str]) -> int:
    """The severity of the worst of these faults; 0 without any."""
    return max((SEVERITY[fault] for fault in names), default=0)


def unlooped(text: str) -> str:
    """The text with every phrase that comes too often in a row reduced to one."""
    while repeated := loop(text):
        start, size, times = repeated
        parts = pieces(text)
        text = "".join(parts[: start + size] + parts[start + times * size :]).strip()
    return text


def repeated_lines(sources: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Places of several lines in a row with one text though their sources differ: a model that is stuck.

    Short texts (`Yes.`) translate many sources.
    """
    places: list[int] = []
    first = 0
    for k in range(1, len(texts) + 1):
        if k < len(texts) and _plain(texts[k]) == _plain(texts[first]):
            continue
        run = range(first, k)
        different = len({_plain(sources[i]) for i in run})
        if len(_plain(texts[first])) >= FAULTS.same_length and different >= FAULTS.same_lines:
            places.extend(run)
        first = k
    return places


def copied(source: str, text: str, source_language: str, target: str) -> bool:
    """Whether the text is its source, not translated. Names and laughter are not enough: it has different
    ordinary words.
    """
    same = _plain(source) == _plain(text) and source_language != target
    if any(map(spaceless, source)):
        return same and len(_plain(source)) >= FAULTS.copied_length
    ordinary = {word for word in re.findall(r"[^\W\d_]+", source)[1:] if not word[:1].isupper()}
    return same and len(ordinary) >= FAULTS.copied_words


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
