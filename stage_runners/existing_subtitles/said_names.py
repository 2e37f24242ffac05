"""Misheard names that subtitles have at that time; they may be in another language than the speech."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ipc.rows import WordRow
from stage_runners.existing_subtitles.fitting import Line
from stage_runners.existing_subtitles.same_words import Change
from stage_runners.existing_subtitles.thresholds import SAID_NAMES
from stage_runners.names import corrections, evidence
from stage_runners.names.terms import Term
from stage_runners.text.grammar import ending
from stage_runners.text.phonetics import core, folded
from stage_runners.text.replaced_words import Replacement

_NOUNS = frozenset({"de", "lb"})
"""Languages in which every noun has a capital."""


def times(lines: Sequence[Line], language: str, *, spoken: bool) -> dict[str, list[tuple[float, float]]]:
    """The times of the names in subtitles: of words with a capital inside a sentence that no dictionary has.

    None of a language whose names take endings or whose nouns have capitals, unless it is `spoken`.
    """
    if not language or (not spoken and (language in evidence.INFLECTING or language in _NOUNS)):
        return {}
    found: dict[str, list[tuple[float, float]]] = {}
    for line in lines:
        for text in _names(line.text, language):
            found.setdefault(text, []).append((line.start, line.end))
    return found


def _names(text: str, language: str) -> Iterator[str]:
    words = text.split()
    for before, word in pairwise(words):
        marks, name, _ = core(word)
        if marks or ending(before, word) == "sentence" or (not before[-1:].isalnum() and before[-1:] != ","):
            continue
        if len(name) < SAID_NAMES.shortest or not name[0].isupper() or name.isupper():
            continue
        if not evidence.ordinary(name, language):
            yield name


def changes(
    names: Mapping[str, Sequence[tuple[float, float]]],
    words: Sequence[WordRow],
    languages: Mapping[int, str],
    source: str,
) -> Iterator[Change]:
    """The changes in order, by the rules of `post_ner` and by time. `languages` are those of the segments."""
    known = [Term(text=name, kind="other", weight=0.5, forms=frozenset({folded(name)})) for name in names]
    if not known:
        return
    film = corrections.Film(words, languages, known)
    for one in film.corrections(SAID_NAMES.score):
        start, end = words[one.first]["start"], words[one.last - 1]["end"]
        if start is None or end is None:
            continue
        spans = names[one.term.text]
        if not any(a - SAID_NAMES.around_s <= end and start <= b + SAID_NAMES.around_s for a, b in spans):
            continue
        run = words[one.first : one.last]
        text = core(run[0]["text"])[0] + one.after + core(run[-1]["text"])[2]
        yield Change(
            Replacement(first=one.first, last=one.last, texts=(text,)),
            one.before,
            one.after,
            one.score,
            (f"in {source}", *one.evidence),
        )
