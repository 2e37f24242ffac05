"""Segments of text before they are written: their words, and the window that they were read in."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ipc.intervals import overlap
from stage_runners.asr import words as asr_words
from stage_runners.asr.recognizer import Transcript
from stage_runners.asr.words import Word


class Span(NamedTuple):
    """Seconds of the film."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    def shared(self, other: Span) -> float:
        """Seconds that both hold."""
        return overlap(*self, *other)


@dataclass(frozen=True)
class Line:
    """A segment: words in order, one at least, and the window `read` that they are from."""

    words: tuple[Word, ...]
    read: Transcript

    @property
    def span(self) -> Span:
        """From its first word to the end of its last."""
        return Span(self.words[0].start, max(word.end for word in self.words))

    @property
    def text(self) -> str:
        """As it is written."""
        return asr_words.joined(self.words)

    @property
    def probability(self) -> float | None:
        """The mean of its words' probabilities; None where the engine measures none."""
        measured = [word.probability for word in self.words if word.probability is not None]
        return sum(measured) / len(measured) if measured else None


def lines(decoded: Sequence[Transcript], bias: float) -> list[Line]:
    """The segments of all windows in order, with word times less `bias`, in seconds."""
    return [
        Line(tuple(group), result)
        for result in decoded
        for group in asr_words.segments(asr_words.words(result.words, result.chunk, bias, result.language))
    ]


def plain(text: str) -> str:
    """Letters and digits alone, without case: what two texts are compared by."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
