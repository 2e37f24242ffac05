"""Segments before they are written: their words, and the transcript they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ipc.intervals import overlap
from stage_runners.asr import words as asr_words
from stage_runners.asr.words import Word
from stage_runners.recognition.recognizer import Transcript


class Span(NamedTuple):
    """A span of the film, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return self.end - self.start

    def shared(self, other: Span) -> float:
        """Seconds that both spans share."""
        return overlap(*self, *other)


@dataclass(frozen=True)
class Line:
    """A segment: one or more words in order, and the transcript `read` that they come from."""

    words: tuple[Word, ...]
    read: Transcript

    @property
    def span(self) -> Span:
        """From the start of its first word to the end of its last."""
        return Span(self.words[0].start, max(word.end for word in self.words))

    @property
    def text(self) -> str:
        """Its text."""
        return asr_words.joined(self.words)

    @property
    def probability(self) -> float | None:
        """The mean probability of its words; None if the engine does not measure it."""
        measured = [word.probability for word in self.words if word.probability is not None]
        return sum(measured) / len(measured) if measured else None


def lines(decoded: Sequence[Transcript], bias: float, *, timed: bool = True) -> list[Line]:
    """The segments of all windows in order; `bias`, in seconds, is subtracted from word times.

    If word times are not `timed` but spread over their window, a segment is the whole window: a sentence of
    it could be placed where nobody speaks, and be judged by sound that is not its own.
    """
    result = []
    for read in decoded:
        words = asr_words.words(read.words, read.chunk, bias, read.language)
        groups = asr_words.segments(words) if timed else [words] * bool(words)
        result += [Line(tuple(group), read) for group in groups]
    return result
