"""What can be seen to be wrong with a translated line without knowing its language: empty, too long, repeated, wrong script, copied.

Each check compares the line with its source, so that what the film itself repeats, shouts or leaves untranslated is no fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from stage_runners.subtitles.tokens import characters
from stage_runners.text import scripts as languages
from stage_runners.text.grammar import bare, spaceless

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
_TIMES = ((1, 5), (2, 4), (4, 3))
"""From so many words in a phrase on, how often in a row it may not come: five times `no`, three times a phrase of four words."""
_TIMES_SPACELESS = ((1, 9), (2, 5), (6, 3))
"""The same in characters, where no blanks tell words apart."""
_LONGEST_PHRASE = 24


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


def loop(text: str) -> tuple[int, int, int] | None:
    """The first phrase of `text` that comes too often in a row: where it begins, its length, how often; in words."""
    words = _words(text)
    limits = _TIMES_SPACELESS if any(map(spaceless, text)) else _TIMES
    for start in range(len(words)):
        for size in range(1, min(_LONGEST_PHRASE, (len(words) - start) // 2) + 1):
            most = next(times for least, times in reversed(limits) if size >= least)
            phrase = words[start : start + size]
            if len(words) - start < most * size or not any(phrase):
                continue
            times = 1
            while words[start + times * size : start + (times + 1) * size] == phrase:
                times += 1
            if times >= most:
                return start, size, times
    return None


def unlooped(text: str) -> str:
    """The text with every phrase that comes too often in a row said once."""
    while found := loop(text):
        start, size, times = found
        pieces = _pieces(text)
        text = "".join(pieces[: start + size] + pieces[start + times * size :]).strip()
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


def _pieces(text: str) -> list[str]:
    """The text cut so that joining the pieces gives it back: words with the blanks before them, or characters of some scripts."""
    found = []
    for blank, word in re.findall(r"(\s*)(\S+)", text):
        cut = characters(word) if any(map(spaceless, word)) else [word]
        found.extend([blank + cut[0], *cut[1:]])
    return found


def _words(text: str) -> list[str]:
    return [bare(piece.strip()) for piece in _pieces(text)]
