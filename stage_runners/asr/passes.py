"""Transcribes all windows: first in the film's language, then those parts where another one is spoken.

Languages are detected in the encodings of the first pass, so a film in one language is encoded and decoded
once. Windows that seem to be in another language wait until the first pass ends, are split where the language
changes, and are transcribed in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from stage_runners.asr import code_switching, reading
from stage_runners.asr.code_switching import Stretch
from stage_runners.recognition.recognizer import (
    Encoded,
    LanguageDetector,
    Recognizer,
    Settings,
    Sound,
    Transcript,
)
from stage_runners.recognition.windows import Chunk, merged

SettingsOf = Callable[[str], Settings]
"""The settings of a language."""
_LONGEST_BATCH = 60.0
"""A batch that takes longer is halved: the result is the same, but progress does not seem to stall on a slow
CPU."""


@dataclass(frozen=True, kw_only=True)
class Film:
    """The film's sound, and how to transcribe it.

    `settings` gives the settings of a language, `limit` is the maximum length of a window in seconds.
    `encoded` are windows that are already encoded. `detector` is None if the whole film is transcribed in one
    language.
    """

    recognizer: Recognizer
    sound: Sound
    settings: SettingsOf
    batch_size: int
    limit: float
    detector: LanguageDetector | None = None
    encoded: Mapping[Chunk, Encoded] = field(default_factory=dict)
    check: Callable[[], None] = lambda: None
    progress: Callable[[float, float], None] = lambda _done, _total: None


class _Window(NamedTuple):
    chunk: Chunk
    stretches: list[Stretch]
    read: list[Transcript] | None
    """None while it waits for the second round."""


class Part(NamedTuple):
    """A part of window number `window`, and its probable language."""

    window: int
    chunk: Chunk
    language: str


def read(film: Film, chunks: Sequence[Chunk], main: str) -> list[Transcript]:
    """The transcripts of the windows, in order; with a detector, each part in its language."""
    total = sum(chunk.speech for chunk in chunks)
    windows: list[_Window] = []
    done = 0.0
    for window in _first(film, chunks, main):
        windows.append(window)
        done += window.chunk.speech if window.read is not None else 0.0
        film.progress(min(done, 0.999 * total), total)
    spoken = iter(code_switching.course([one for window in windows for one in window.stretches], main))
    result: list[Transcript] = []
    waiting: list[Part] = []
    for number, window in enumerate(windows):
        detected = [(one, next(spoken)) for one in window.stretches]
        if window.read is not None and all(language == main for _, language in detected):
            result.extend(window.read)
        else:
            waiting.extend(_parts(film, number, window.chunk, detected))
    result.extend(_again(film, waiting, [window.chunk for window in windows], main))
    film.progress(total, total)
    if any(one.language != main for one in result):
        stretches = [stretch for window in windows for stretch in window.stretches]
        result = [one if one.language != main else _sure(one, stretches) for one in result]
    return sorted(result, key=lambda one: one.chunk.start)


def _sure(read: Transcript, stretches: Sequence[Stretch]) -> Transcript:
    """The transcripts of a film with several languages, each with the mean probability of its language."""
    low, high = read.chunk.start, read.chunk.end
    probabilities = [
        one.probability.get(read.language, 0.0)
        for one in stretches
        if low <= (one.start + one.end) / 2 <= high
    ]
    return (
        replace(read, language_probability=sum(probabilities) / len(probabilities)) if probabilities else read
    )


def _first(film: Film, chunks: Sequence[Chunk], main: str) -> Iterator[_Window]:
    """Every window with its languages, transcribed if it is entirely in the film's language."""
    for batch in _batches(film, chunks):
        encoded = _encoded(film, batch)
        along = [_stretches(film, one) for one in encoded]
        plain = [row for row in range(len(batch)) if set(code_switching.course(along[row], main)) <= {main}]
        decoded = _decoded(film, encoded, plain, main)
        for row, chunk in enumerate(batch):
            inside = [one for one in decoded if _in(one.chunk, chunk)]
            yield _Window(chunk, along[row], inside if row in plain else None)


def _stretches(film: Film, encoded: Encoded) -> list[Stretch]:
    if film.detector is None:
        return []
    return code_switching.stretches(film.detector, encoded, film.recognizer.capabilities.longest_window)


def _encoded(film: Film, batch: Sequence[Chunk]) -> list[Encoded]:
    """The encoded windows; a window that is already encoded is reused."""
    new = [chunk for chunk in batch if chunk not in film.encoded]
    made = dict(film.encoded)
    if new:
        made.update(zip(new, film.recognizer.encode(film.sound, new), strict=True))
    return [made[chunk] for chunk in batch]


def _parts(film: Film, number: int, chunk: Chunk, detected: Sequence[tuple[Stretch, str]]) -> list[Part]:
    """Window `number` split where the language of its stretches changes."""
    languages = {language for _, language in detected}
    if len(languages) == 1 or film.detector is None:
        return [Part(number, chunk, detected[0][1])]
    film.check()
    (encoded,) = _encoded(film, [chunk])
    return [Part(number, *one) for one in code_switching.parts(film.detector, encoded, detected)]


def _again(film: Film, parts: Sequence[Part], windows: Sequence[Chunk], main: str) -> list[Transcript]:
    """The parts with their confirmed languages; a window in the film's language stays whole."""
    result: list[Transcript] = []
    believed: list[Chunk] = []
    for language in sorted({part.language for part in parts} - {main}):
        chunks = [chunk for own, chunk in together(parts, film.limit) if own == language]
        for batch in _batches(film, chunks):
            encoded = _encoded(film, batch)
            found = film.detector.in_windows(encoded) if film.detector else []
            rows = [row for row, one in enumerate(found) if code_switching.believed(one, language, main)]
            sure = {batch[row]: found[row][language] for row in rows}
            believed.extend(sure)
            result.extend(
                replace(one, language_probability=next(p for c, p in sure.items() if _in(one.chunk, c)))
                for one in _decoded(film, encoded, rows, language)
            )
    left = left_over(parts, windows, believed, film.limit)
    for batch in _batches(film, left):
        result.extend(_decoded(film, _encoded(film, batch), range(len(batch)), main))
    return result


def left_over(
    parts: Sequence[Part], windows: Sequence[Chunk], believed: Sequence[Chunk], limit: float
) -> list[Chunk]:
    """The parts in the film's language: whole windows, and the rest of windows with another language."""
    result: list[Chunk] = []
    for number, own in groupby(parts, key=lambda part: part.window):
        rest = [(part.chunk, any(_in(part.chunk, one) for one in believed)) for part in own]
        if not any(other for _, other in rest):
            result.append(windows[number])
            continue
        for other, run in groupby(rest, key=itemgetter(1)):
            result.extend([] if other else merged([chunk for chunk, _ in run], limit))
    return result


def together(parts: Sequence[Part], limit: float) -> Iterator[tuple[str, Chunk]]:
    """Adjacent parts of one language merged into windows, up to the maximum length."""
    run: list[Part] = []
    for part in [*parts, None]:
        if run and (part is None or part.language != run[-1].language or part.window > run[-1].window + 1):
            for chunk in merged([one.chunk for one in run], limit):
                yield run[0].language, chunk
            run = []
        if part is not None:
            run.append(part)


def _in(chunk: Chunk, other: Chunk) -> bool:
    return other.start <= chunk.start and chunk.end <= other.end


def _decoded(film: Film, encoded: Sequence[Encoded], rows: Sequence[int], language: str) -> list[Transcript]:
    """The transcripts of these rows of a batch."""
    return reading.transcribe(film.recognizer, [encoded[row] for row in rows], film.settings(language))


def _batches(film: Film, chunks: Sequence[Chunk]) -> Iterator[Sequence[Chunk]]:
    """The chunks in batches; batches are halved after one that took too long."""
    size, first = film.batch_size, 0
    while first < len(chunks):
        film.check()
        started = time.monotonic()
        batch = chunks[first : first + size]
        yield batch
        first += len(batch)
        if time.monotonic() - started > _LONGEST_BATCH and size > 1:
            size = max(1, size // 2)
