"""Transcribes windows with an engine, and interpolates word times if the engine gives none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from stage_runners.recognition.recognizer import Encoded, Recognizer, Settings, Token, Transcript
from stage_runners.text.repetition import pieces


def transcribe(recognizer: Recognizer, encoded: Sequence[Encoded], settings: Settings) -> list[Transcript]:
    """The transcripts of the windows, in order; a window may give several, or none."""
    return _timed(recognizer, recognizer.transcribe(encoded, settings)) if encoded else []


def transcribe_once(
    recognizer: Recognizer, encoded: Sequence[Encoded], settings: Settings
) -> list[Transcript]:
    """Exactly one transcript per window, from one attempt."""
    return _timed(recognizer, recognizer.transcribe_once(encoded, settings))


def _timed(recognizer: Recognizer, transcripts: Iterable[Transcript]) -> list[Transcript]:
    if recognizer.capabilities.word_times:
        return list(transcripts)
    return [replace(one, words=spread(one)) for one in transcripts]


def spread(transcript: Transcript) -> tuple[Token, ...]:
    """The words of a transcript, with times spread over its window in proportion to their length."""
    words = pieces(transcript.text)
    start, end = transcript.chunk.start, transcript.chunk.end
    each = (end - start) / max(1, sum(map(len, words)))
    result: list[Token] = []
    for word in words:
        first = result[-1].end if result else start
        result.append(Token(word, first, min(end, first + each * len(word)), None))
    return tuple(result)
