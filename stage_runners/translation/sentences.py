"""Sentences put together from a transcript: what a translation is made of.

Segments end where speech pauses; a translator needs whole sentences. Words are joined across segments until a
sentence ends, as long as the same speaker speaks the same language without a long pause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ipc.rows import SegmentRow, WordRow
from stage_runners.subtitles.tokens import completed
from stage_runners.text.grammar import ending, spaceless
from stage_runners.text.word_times import Place, places
from stage_runners.translation.thresholds import SENTENCES

_OPENING = 40
"""Characters of a text that tell whether its script has spaces."""
_RECENT = 5
"""Words before a pause that may overlap it."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word of the transcript: times in seconds, `space` if a space comes before it."""

    text: str
    space: bool
    start: float
    end: float
    method: str = "none"
    speaker: str | None = None
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its speaker, its language and its words."""

    text: str
    language: str
    speaker: str | None
    words: tuple[TimedWord, ...]

    @property
    def start(self) -> float:
        """Seconds at which it begins."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """Seconds at which its last word ends."""
        return max(word.end for word in self.words)


def sentences(segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> list[Sentence]:
    """The sentences of a transcript in order; together they hold every word once."""
    rows = completed(segments, words)
    languages = {segment["id"]: segment["language"] for segment in segments}
    pause = SENTENCES.pause_punctuated if _punctuated(segments) else SENTENCES.pause
    result: list[Sentence] = []
    open_words: list[TimedWord] = []
    spoken = [
        (_timed(row, place), languages[row["segment"]])
        for row, place in zip(rows, places(rows, segments), strict=True)
        if row["text"].strip()
    ]
    for k, (word, language) in enumerate(spoken):
        open_words.append(word)
        following = spoken[k + 1] if k + 1 < len(spoken) else None
        if (
            following is None
            or following[1] != language
            or _ends(open_words, word, following[0], pause, language)
        ):
            result.extend(_sentence(piece, language) for piece in pieces(open_words))
            open_words = []
    return result


def text_of(words: Sequence[TimedWord]) -> str:
    """The words as running text."""
    return "".join((" " if word.space else "") + word.text for word in words).strip()


def pieces(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    """The words in pieces that are not too long, cut at clauses and pauses, as evenly as possible."""
    dense = any(map(spaceless, text_of(words)[:_OPENING]))
    longest = SENTENCES.longest // 2 if dense else SENTENCES.longest
    if len(text_of(words)) <= longest or len(words) < 2:
        return [list(words)]
    cut = best_cut(words)
    return [*pieces(words[:cut]), *pieces(words[cut:])]


def best_cut(words: Sequence[TimedWord]) -> int:
    """The place in 1..len(words)-1 where the words are best cut in two."""
    total = len(text_of(words))
    worths = {"sentence": SENTENCES.cut_sentence, "clause": SENTENCES.cut_clause}

    def worth(k: int) -> float:
        before, after = words[k - 1], words[k]
        mark = worths.get(ending(before.text, after.text), 0.0)
        off = abs(len(text_of(words[:k])) / total - 0.5)
        return mark + min(1.0, max(0.0, after.start - before.end)) - SENTENCES.cut_uneven * off

    return max(range(1, len(words)), key=worth)


def clauses(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    """The words in two if a clause ends between them, else whole."""
    if not any(ending(a.text, b.text) for a, b in pairwise(words)):
        return [list(words)]
    cut = best_cut(words)
    return [list(words[:cut]), list(words[cut:])]


def _punctuated(segments: Sequence[SegmentRow]) -> bool:
    texts = [segment["text"].split() for segment in segments if segment["text"].strip()]
    marked = sum(ending(words[-1]) == "sentence" for words in texts)
    return marked >= SENTENCES.punctuated * len(texts)


def _ends(
    words: Sequence[TimedWord], word: TimedWord, following: TimedWord, most: float, language: str
) -> bool:
    """Whether a sentence ends after its latest `word`; `most` are the seconds of a pause inside one."""
    ended = ending(word.text, following.text, language)
    if ended == "sentence":
        return True
    speaker = next((other.speaker for other in reversed(words) if other.speaker), None)
    if speaker and following.speaker and following.speaker != speaker:
        return True
    pause = following.start - max(other.end for other in words[-_RECENT:])
    return pause >= (SENTENCES.pause_comma if ended else most)


def _sentence(words: Sequence[TimedWord], language: str) -> Sentence:
    """The words as a sentence of the speaker who has most of its letters."""
    share: dict[str, int] = {}
    for word in words:
        if word.speaker:
            share[word.speaker] = share.get(word.speaker, 0) + len(word.text)
    speaker = max(share, key=lambda name: share[name]) if share else None
    return Sentence(text_of(words), language, speaker, tuple(words))


def _timed(row: Mapping[str, Any], place: Place) -> TimedWord:
    return TimedWord(
        text=" ".join(row["text"].split()),
        space=bool(row["space"]),
        start=place.start,
        end=place.end,
        method=row.get("method") or "none",
        speaker=row["speaker"],
        overlap=bool(row["overlap"]),
    )
