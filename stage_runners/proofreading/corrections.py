"""Which proposals for the transcript are corrections: of words that are there, and no rewriting."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from ipc.proposals import OF_TRANSCRIPT
from stage_runners.proofreading.answers import Candidate
from stage_runners.proofreading.thresholds import CORRECTIONS
from stage_runners.text.grammar import spaceless
from stage_runners.text.plain import plain

_SENTENCE = re.compile(r"[.!?…。！？।؟]")  # noqa: RUF001 - marks of other scripts
_MARKUP = re.compile(r"[<>{}\\\[\]|]|://")


def why_not(one: Candidate, line: str, places_there: int) -> str:
    """Why the proposal for this line is not kept, in a few words; empty if it is.

    `places_there` is how often its words stand in the line.
    """
    if one.kind not in OF_TRANSCRIPT:
        return "of an unknown kind"
    if places_there != 1:
        return "its words are not in the line, or several times"
    if one.before == one.after:
        return "changes nothing"
    if _MARKUP.search(one.after):
        return "no plain text"
    if _too_much(one, line):
        return "too large a part of the line"
    if _too_long(one):
        return "much longer"
    return _of_kind(one)


def places(part: str, line: str) -> list[tuple[int, int]]:
    """Where a part of whole words stands in a line; both have single blanks."""
    dense = any(map(spaceless, part))
    opens = r"(?<!\w)" if part[:1].isalnum() and not dense else ""
    closes = r"(?!\w)" if part[-1:].isalnum() and not dense else ""
    found = (match.span() for match in re.finditer(opens + re.escape(part) + closes, line))
    return [span for span in found if unicodedata.category(line[span[1] : span[1] + 1] or " ")[0] != "M"]


def _too_much(one: Candidate, line: str) -> bool:
    if len(one.before.split()) > CORRECTIONS.words or len(one.before) > CORRECTIONS.characters:
        return True
    return len(line) > CORRECTIONS.short and len(one.before) > CORRECTIONS.share * len(line)


def _too_long(one: Candidate) -> bool:
    longest = min(CORRECTIONS.longer * len(one.before), len(one.before) + CORRECTIONS.more)
    more_words = len(one.after.split()) - len(one.before.split())
    return len(one.after) > max(longest, len(one.before) + 4) or more_words > CORRECTIONS.more_words


def _of_kind(one: Candidate) -> str:
    """Whether the change is of its kind: marks alone, or other words without another sentence."""
    same = plain(one.before) == plain(one.after)
    if one.kind == "punctuation":
        return "" if same else "changes words, not only marks"
    if same:
        return ""
    if len(_SENTENCE.findall(one.after)) > len(_SENTENCE.findall(one.before)):
        return "adds a sentence"
    return "" if _alike(one.before, one.after) else "other words, not misheard ones"


def _alike(before: str, after: str) -> bool:
    """Whether one may have been heard for the other: by how many letters they share, in order."""
    if max(len(before), len(after)) < CORRECTIONS.alike_from:
        return True
    return SequenceMatcher(None, plain(before), plain(after), autojunk=False).ratio() >= CORRECTIONS.alike
