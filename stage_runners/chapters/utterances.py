"""Utterances: parts of the transcript before which a chapter may begin; and the words that they share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipc.rows import SegmentRow, WordRow
from stage_runners.chapters.thresholds import SPEECH
from stage_runners.text.grammar import ending, spaceless
from stage_runners.text.word_times import places


@dataclass(frozen=True)
class Utterance:
    """A sentence, or a part of one that a pause or another speaker ends; times in seconds."""

    start: float
    end: float
    text: str
    language: str


def utterances(segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> list[Utterance]:
    """The utterances in order of their starts; words without times take a place between their neighbours."""
    spoken = {segment["id"]: segment["language"] for segment in segments}
    found: list[Utterance] = []
    start = end = 0.0
    texts: list[str] = []
    before: WordRow | None = None
    spans = places(words, segments)
    for k, (word, place) in enumerate(zip(words, spans, strict=True)):
        if before is not None and (
            place.start - end >= SPEECH.pause_s
            or word["speaker"] != before["speaker"]
            or spoken[word["segment"]] != spoken[before["segment"]]
            or len(texts) >= SPEECH.longest
        ):
            found.append(_utterance(start, end, texts, spoken[before["segment"]]))
            texts = []
        if not texts:
            start = end = place.start
        texts.append((" " if word["space"] and texts else "") + " ".join(word["text"].split()))
        end = max(end, place.end)
        before = word
        following = words[k + 1]["text"] if k + 1 < len(words) else ""
        if ending(word["text"], following, spoken[word["segment"]]) == "sentence":
            found.append(_utterance(start, end, texts, spoken[word["segment"]]))
            texts, before = [], None
    if texts and before is not None:
        found.append(_utterance(start, end, texts, spoken[before["segment"]]))
    return sorted(found, key=lambda one: one.start)


def _utterance(start: float, end: float, texts: Sequence[str], language: str) -> Utterance:
    return Utterance(start, end, "".join(texts), language)


def stems(text: str) -> list[str]:
    """What an utterance's words are compared by: their first letters, without case.

    In scripts without spaces it is every pair of characters, so no dictionary is needed.
    """
    return [stem for word in words_of(text) for stem in stems_of(word)]


def stems_of(word: str) -> Iterator[str]:
    """What a word is compared by."""
    word = word.casefold()
    if not spaceless(word[0]):
        yield word[: SPEECH.stem]
    elif len(word) == 1:
        yield word
    else:
        yield from (word[k : k + 2] for k in range(len(word) - 1))


def words_of(text: str) -> list[str]:
    """Runs of letters and digits with their marks, each of scripts with or without spaces."""
    found: list[str] = []
    run = ""
    for char in unicodedata.normalize("NFKC", text) + " ":
        inside = char.isalnum() or (bool(run) and unicodedata.category(char)[0] == "M")
        if inside and (not run or unicodedata.category(char)[0] == "M" or _alike(run[-1], char)):
            run += char
            continue
        if run:
            found.append(run)
        run = char if inside else ""
    return found


def _alike(before: str, char: str) -> bool:
    return spaceless(before) == spaceless(char) or unicodedata.category(before)[0] == "M"
