"""All windows of a film read: first in the film's language, then again where another one is spoken.

Languages are told from the encodings that the first pass makes anyway. So a film in one language is encoded and decoded once; windows
that sound like another language wait until the whole film has been heard, are cut where the language changes, and are read in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from stage_runners.asr import code_switching
from stage_runners.asr.code_switching import Stretch
from stage_runners.whisper import decode, encoder_states
from stage_runners.whisper import windows as asr_chunks
from stage_runners.whisper.decode import Decoded
from stage_runners.whisper.windows import Chunk

_LONGEST_BATCH = 60.0
"""Seconds after which batches are halved: the result is the same, but a large model on a slow CPU would seem stalled."""


@dataclass(frozen=True, kw_only=True)
class Film:
    """What is read, and with what: `options` gives those of a language, `limit` is a window's longest in seconds.

    `states` are those of windows that were encoded before.
    """

    whisper: Any
    samples: Any
    sample_rate: int
    options: Callable[[str], decode.Options]
    batch_size: int
    limit: float
    states: Mapping[Chunk, Any] = field(default_factory=dict)
    check: Callable[[], None] = lambda: None
    progress: Callable[[float, float], None] = lambda _done, _total: None


class _Window(NamedTuple):
    chunk: Chunk
    stretches: list[Stretch]
    read: list[Decoded] | None
    """None where it waits."""


class Part(NamedTuple):
    """A part of window number `window`, and the language it sounds like."""

    window: int
    chunk: Chunk
    language: str


def read(film: Film, chunks: Sequence[Chunk], main: str, several: bool) -> list[Decoded]:
    """Everything that is said in the windows, in order; with `several`, each part in the language it is spoken in."""
    total = sum(chunk.speech for chunk in chunks)
    windows: list[_Window] = []
    done = 0.0
    for window in _first(film, chunks, main, several):
        windows.append(window)
        done += window.chunk.speech if window.read is not None else 0.0
        film.progress(min(done, 0.999 * total), total)
    spoken = iter(code_switching.course([one for window in windows for one in window.stretches], main))
    result: list[Decoded] = []
    waiting: list[Part] = []
    for number, window in enumerate(windows):
        heard = [(one, next(spoken)) for one in window.stretches]
        if window.read is not None and all(language == main for _, language in heard):
            result.extend(window.read)
        else:
            waiting.extend(_parts(film, number, window.chunk, heard))
    result.extend(_again(film, waiting, [window.chunk for window in windows], main))
    film.progress(total, total)
    if any(one.language != main for one in result):
        stretches = [stretch for window in windows for stretch in window.stretches]
        result = [one if one.language != main else _sure(one, stretches) for one in result]
    return sorted(result, key=lambda one: one.chunk.start)


def _sure(read: Decoded, stretches: Sequence[Stretch]) -> Decoded:
    """What was read in a film of several languages, with the mean probability of its language where it was spoken."""
    low, high = read.chunk.start, read.chunk.end
    own = [
        one.probability.get(read.language, 0.0)
        for one in stretches
        if low <= (one.start + one.end) / 2 <= high
    ]
    return replace(read, language_probability=sum(own) / len(own)) if own else read


def _first(film: Film, chunks: Sequence[Chunk], main: str, several: bool) -> Iterator[_Window]:
    """Every window with its languages, read where nothing but the film's language is heard in it."""
    for batch in _batches(film, chunks):
        states = _states(film, batch)
        heard = [
            code_switching.stretches(film.whisper, own, chunk) if several else []
            for own, chunk in zip(states, batch, strict=True)
        ]
        plain = [row for row in range(len(batch)) if set(code_switching.course(heard[row], main)) <= {main}]
        decoded = list(_decoded(film, batch, states, plain, main))
        for row, chunk in enumerate(batch):
            inside = [one for one in decoded if _in(one.chunk, chunk)]
            yield _Window(chunk, heard[row], inside if row in plain else None)


def _states(film: Film, batch: Sequence[Chunk]) -> list[Any]:
    """The states of each window; those that are known already are not computed again."""
    unknown = [chunk for chunk in batch if chunk not in film.states]
    found = dict(film.states)
    if unknown:
        encoded = decode.encode(film.whisper, film.samples, film.sample_rate, unknown)
        found.update(zip(unknown, encoder_states.rows(encoded), strict=True))
    return [found[chunk] for chunk in batch]


def _parts(film: Film, number: int, chunk: Chunk, heard: Sequence[tuple[Stretch, str]]) -> list[Part]:
    """Window `number` cut where the language of its stretches changes."""
    languages = {language for _, language in heard}
    if len(languages) == 1:
        return [Part(number, chunk, *languages)]
    film.check()
    (states,) = _states(film, [chunk])
    cut = code_switching.parts(film.whisper, film.samples, film.sample_rate, states, chunk, heard)
    return [Part(number, *one) for one in cut]


def _again(film: Film, parts: Sequence[Part], windows: Sequence[Chunk], main: str) -> list[Decoded]:
    """The parts in the languages they are believed to be in; a window that is in the film's language after all stays whole."""
    result: list[Decoded] = []
    believed: list[Chunk] = []
    for language in sorted({part.language for part in parts} - {main}):
        chunks = [chunk for own, chunk in together(parts, film.limit) if own == language]
        for batch in _batches(film, chunks):
            states = _states(film, batch)
            found = code_switching.whole(film.whisper, encoder_states.stacked(states))
            rows = [row for row, one in enumerate(found) if code_switching.believed(one, language, main)]
            sure = {batch[row]: found[row][language] for row in rows}
            believed.extend(sure)
            result.extend(
                replace(one, language_probability=next(p for c, p in sure.items() if _in(one.chunk, c)))
                for one in _decoded(film, batch, states, rows, language)
            )
    left = left_over(parts, windows, believed, film.limit)
    for batch in _batches(film, left):
        result.extend(_decoded(film, batch, _states(film, batch), range(len(batch)), main))
    return result


def left_over(
    parts: Sequence[Part], windows: Sequence[Chunk], believed: Sequence[Chunk], limit: float
) -> list[Chunk]:
    """What is in the film's language: whole windows that nothing of was believed to be another one, and what is left of the others."""
    result: list[Chunk] = []
    for number, own in groupby(parts, key=lambda part: part.window):
        rest = [(part.chunk, any(_in(part.chunk, one) for one in believed)) for part in own]
        if not any(other for _, other in rest):
            result.append(windows[number])
            continue
        for other, run in groupby(rest, key=itemgetter(1)):
            result.extend([] if other else asr_chunks.merged([chunk for chunk, _ in run], limit))
    return result


def together(parts: Sequence[Part], limit: float) -> Iterator[tuple[str, Chunk]]:
    """Neighbours of one language put into one window, as far as it holds them and nothing else lies between them."""
    run: list[Part] = []
    for part in [*parts, None]:
        if run and (part is None or part.language != run[-1].language or part.window > run[-1].window + 1):
            for chunk in asr_chunks.merged([one.chunk for one in run], limit):
                yield run[0].language, chunk
            run = []
        if part is not None:
            run.append(part)


def _in(chunk: Chunk, other: Chunk) -> bool:
    return other.start <= chunk.start and chunk.end <= other.end


def _decoded(
    film: Film, batch: Sequence[Chunk], states: Sequence[Any], rows: Sequence[int], language: str
) -> Iterator[Decoded]:
    """What is said in these rows of a batch."""
    if rows:
        chunks, encoded = [batch[row] for row in rows], encoder_states.stacked([states[row] for row in rows])
        yield from decode.decode(
            film.whisper, film.samples, film.sample_rate, chunks, film.options(language), encoded
        )


def _batches(film: Film, chunks: Sequence[Chunk]) -> Iterator[Sequence[Chunk]]:
    """The chunks in batches, smaller ones after one that took long."""
    size, first = film.batch_size, 0
    while first < len(chunks):
        film.check()
        started = time.monotonic()
        batch = chunks[first : first + size]
        yield batch
        first += len(batch)
        if time.monotonic() - started > _LONGEST_BATCH and size > 1:
            size = max(1, size // 2)
