"""Sentences put together from a transcript: what a translation is made of.

Cues and segments end where speech pauses; a translator needs whole sentences. They are joined across segments until one ends, while
the same voice speaks the same language and does not pause too long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from stage_runners.subtitles.tokens import completed
from stage_runners.text.grammar import ending, spaceless
from stage_runners.text.word_times import places

PAUSE, PAUSE_PUNCTUATED = 0.7, 2.0
"""Seconds of silence after a word with no mark that end a sentence: in a transcript that nobody punctuated, and in one where the mark's
absence tells that it goes on."""
LONG_PAUSE = 3.0
"""Seconds that end it even after a comma."""
_PUNCTUATED = 0.5
"""Share of segments that end with a sentence's mark, from which on a transcript is punctuated."""
LONGEST = 250
"""Characters of a sentence (half as many in scripts without spaces) above which it is cut at a clause: models are trained on
sentences, and what is longer loses parts."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of the transcript: times in seconds, `space` where a blank stands before it."""

    text: str
    space: bool
    start: float
    end: float
    method: str = "none"
    speaker: str | None = None
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with who says it, its language and its words."""

    text: str
    language: str
    speaker: str | None
    words: tuple[Spoken, ...]

    @property
    def start(self) -> float:
        """Seconds at which it begins."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """Seconds at which its last word ends."""
        return max(word.end for word in self.words)


def sentences(segments: Sequence[Mapping[str, Any]], words: Sequence[Mapping[str, Any]]) -> list[Sentence]:
    """The sentences of rows of segments and words, in order; together they hold every word once."""
    rows = completed(segments, words)
    languages = {segment["id"]: segment["language"] for segment in segments}
    pause = PAUSE_PUNCTUATED if _punctuated(segments) else PAUSE
    result: list[Sentence] = []
    held: list[Spoken] = []
    spoken = [
        (_spoken(row, place), languages[row["segment"]])
        for row, place in zip(rows, places(rows, segments), strict=True)
        if row["text"].strip()
    ]
    for k, (word, language) in enumerate(spoken):
        held.append(word)
        following = spoken[k + 1] if k + 1 < len(spoken) else None
        if following is None or following[1] != language or _ends(held, word, following[0], pause):
            result.extend(_sentence(piece, language) for piece in pieces(held))
            held = []
    return result


def text_of(words: Sequence[Spoken]) -> str:
    """The words as running text."""
    return "".join((" " if word.space else "") + word.text for word in words).strip()


def pieces(words: Sequence[Spoken]) -> list[list[Spoken]]:
    """The words in pieces that are not too long, cut where clauses and pauses tell, as evenly as that goes."""
    longest = LONGEST // 2 if any(map(spaceless, text_of(words)[:40])) else LONGEST
    if len(text_of(words)) <= longest or len(words) < 2:
        return [list(words)]
    cut = best_cut(words)
    return [*pieces(words[:cut]), *pieces(words[cut:])]


def best_cut(words: Sequence[Spoken]) -> int:
    """The place in 1..len(words)-1 where the words are best cut in two."""
    total = len(text_of(words))

    def worth(k: int) -> float:
        before, after = words[k - 1], words[k]
        mark = {"sentence": 3.0, "clause": 2.0}.get(ending(before.text, after.text), 0.0)
        off = abs(len(text_of(words[:k])) / total - 0.5)
        return mark + min(1.0, max(0.0, after.start - before.end)) - 4 * off

    return max(range(1, len(words)), key=worth)


def _punctuated(segments: Sequence[Mapping[str, Any]]) -> bool:
    texts = [segment["text"].split() for segment in segments if segment["text"].strip()]
    marked = sum(ending(words[-1]) == "sentence" for words in texts)
    return marked >= _PUNCTUATED * len(texts)


def _ends(held: Sequence[Spoken], word: Spoken, following: Spoken, most: float) -> bool:
    ended = ending(word.text, following.text)
    if ended == "sentence":
        return True
    known = next((other.speaker for other in reversed(held) if other.speaker), None)
    if known and following.speaker and following.speaker != known:
        return True
    pause = following.start - max(other.end for other in held[-5:])
    return pause >= (LONG_PAUSE if ended else most)


def _sentence(words: Sequence[Spoken], language: str) -> Sentence:
    share: dict[str, int] = {}
    for word in words:
        if word.speaker:
            share[word.speaker] = share.get(word.speaker, 0) + len(word.text)
    speaker = max(share, key=lambda name: share[name]) if share else None
    return Sentence(text_of(words), language, speaker, tuple(words))


def _spoken(row: Mapping[str, Any], place: Any) -> Spoken:
    return Spoken(
        text=" ".join(row["text"].split()),
        space=bool(row["space"]),
        start=place.start,
        end=place.end,
        method=row.get("method") or "none",
        speaker=row["speaker"],
        overlap=bool(row["overlap"]),
    )


def clauses(words: Sequence[Spoken]) -> list[list[Spoken]]:
    """The words in two where a clause ends between them, or whole where none does."""
    if not any(ending(a.text, b.text) for a, b in pairwise(words)):
        return [list(words)]
    cut = best_cut(words)
    return [list(words[:cut]), list(words[cut:])]
