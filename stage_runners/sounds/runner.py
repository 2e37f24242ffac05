"""The stage sounds: music and silence between speech; other and doubtful sounds are not reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.rows import read_rows
from stage_runners.sounds import music
from stage_runners.sounds.stage import SOUNDS
from stage_runners.sounds.thresholds import DECISION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.artifacts import Audio
    from ipc.context import Context

STAGE = SOUNDS

SILENT = 32768 * 10 ** (DECISION.silent_db / 20)
"""Amplitude of int16 samples below which audio is silence."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Classify the gaps between speech regions; hum is found by comparing all of them."""
    del model
    import numpy as np

    from ipc.artifacts import open_audio

    audio = open_audio(inputs["audio"])
    speech = [(row["start"], row["end"]) for row in read_rows(inputs["speech"], "regions")]
    found: list[tuple[float, float, str, float | None]] = []
    heard: list[tuple[float, float, NDArray[np.floating]]] = []
    for start, end in gaps(speech, audio.seconds):
        context.progress(start, audio.seconds, phase="listen")
        found.extend((a, b, "silence", None) for a, b in silences(audio, start, end))
        heard.append((start, end, _heard(audio, start, end, context)))
    every = np.concatenate([halves for *_, halves in heard]) if heard else np.zeros((0, music.BINS))
    plain, position = music.without_hum(every), 0
    for start, end, halves in heard:
        own = plain[position : position + len(halves)]
        position += len(halves)
        found.extend((a, b, "music", sure) for a, b, sure in stretches(music.scores(own), start, end))
    found.sort()
    context.progress(audio.seconds, audio.seconds, phase="listen")
    context.method = "continuous frequency activation"
    for kind in ("music", "silence"):
        context.fact(f"{kind}_seconds", round(sum(b - a for a, b, k, _ in found if k == kind), 1))
    columns = zip(*found, strict=True) if found else ([], [], [], [])
    context.save("sounds", dict(zip(("start", "end", "kind", "confidence"), map(list, columns), strict=True)))


def gaps(speech: Sequence[tuple[float, float]], seconds: float) -> Iterator[tuple[float, float]]:
    """The gaps between speech regions that are long enough to classify."""
    last = -DECISION.beside_speech_s
    for start, end in [*sorted(speech), (seconds + DECISION.beside_speech_s, 0.0)]:
        if start - last - 2 * DECISION.beside_speech_s >= DECISION.least_silence_s:
            yield max(0.0, last + DECISION.beside_speech_s), min(seconds, start - DECISION.beside_speech_s)
        last = max(last, end)


def _heard(audio: Audio, start: float, end: float, context: Context) -> NDArray[np.floating]:
    """Activations of a gap, a minute in memory at a time; shape (halves, BINS)."""
    import numpy as np

    step = 50 * music.HALF_SAMPLES
    first, last = round(start * music.RATE), round(end * music.RATE)
    pieces = [np.zeros((0, music.BINS), np.float32)]
    for begin in range(first, last, step):
        context.check()
        context.progress(begin / music.RATE, audio.seconds, phase="listen")
        ending = min(last, begin + step + music.WINDOW - music.HOP)
        pieces.append(music.activations(audio.float32(begin / music.RATE, ending / music.RATE)))
    return np.concatenate(pieces)


def stretches(scores: NDArray[np.floating], start: float, end: float) -> Iterator[tuple[float, float, float]]:
    """Yield `(start, end, confidence)` of music between `start` and `end`, by the scores of its blocks.

    A single block below the threshold is a rest in the music. Music within half a block of the gap's end
    extends to it.
    """
    half = music.HALF_SAMPLES / music.RATE
    for first, last in _runs(scores):
        a, b = start + first * half, start + (last + 2) * half
        mean = float(scores[first : last + 1].mean())
        if b - a < DECISION.least_music_s or mean < DECISION.on:
            continue
        b = end if end - b < 1.5 * half else min(b, end)
        yield a, b, round(min(1.0, (mean - DECISION.goes_on) / (DECISION.sure - DECISION.goes_on)), 3)


def _runs(scores: NDArray[np.floating]) -> Iterator[tuple[int, int]]:
    """First and last block of each run that reaches the threshold, except in single blocks."""
    first = last = None
    for k, score in enumerate(scores):
        if score >= DECISION.goes_on:
            first, last = (k if first is None else first), k
        elif first is not None and last is not None and k - last > 1:
            yield first, last
            first = None
    if first is not None and last is not None:
        yield first, last


def silences(audio: Audio, start: float, end: float) -> Iterator[tuple[float, float]]:
    """Yield the silences between `start` and `end` that have at least the minimum length."""
    import numpy as np

    width = round(DECISION.piece_s * audio.sample_rate)
    first = round(start * audio.sample_rate)
    count = max(0, round(end * audio.sample_rate) - first) // width
    began: float | None = None
    for k in range(count + 1):
        piece = audio.samples[first + k * width : first + (k + 1) * width]
        quiet = k < count and int(np.abs(piece.astype(np.int32)).max(initial=0)) < SILENT
        now = start + k * DECISION.piece_s
        if quiet and began is None:
            began = now
        elif not quiet and began is not None:
            if now - began >= DECISION.least_silence_s:
                yield began, min(now, end)
            began = None
