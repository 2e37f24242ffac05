"""Speech by espeak-ng, with the times at which it says each word (its library's word and phoneme events)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from known_times import RATE, Said, bare, sounding

_UTF8, _PHONEME_EVENTS, _SYNCHRONOUS = 1, 1, 2
_WORD, _END, _PHONEME, _RATE = 1, 5, 7, 8
_MBROLA, _LATE = "mb-", 1000
"""Voices that MBROLA says, and by how many samples espeak-ng tells its events late."""
_AGREED = 0.05
"""Seconds by which the sound's edges may differ from the events: a stop's closure is silent."""


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("kind", ctypes.c_int), ("message", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8),
    ]  # fmt: skip


class Heard(NamedTuple):
    """An event: its kind, the character of the text (from 0), the sample, and the phoneme."""

    kind: int
    character: int
    sample: int
    phoneme: str


class Espeak:
    """The synthesiser; `say` gives sound and events of a sentence."""

    def __init__(self, voice: str) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise SystemExit(f"espeak-ng has no voice {voice}")
        self._late = _LATE if voice.startswith(_MBROLA) else 0
        self._sound, self._events = bytearray(), list[Heard]()
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
        )
        self._keep = kind(self._take)
        self._library.espeak_SetSynthCallback(self._keep)

    def _take(self, wave: Any, count: int, events: Any) -> int:
        if wave and count:
            self._sound += ctypes.string_at(wave, 2 * count)
        index = 0
        while events[index].kind:
            one = events[index]
            if one.kind == _RATE:
                self.rate = int.from_bytes(bytes(one.name)[:4].ljust(4, b"\0"), "little")
            name = bytes(one.name).decode(errors="replace") if one.kind == _PHONEME else ""
            self._events.append(Heard(one.kind, one.text_position - 1, one.sample - self._late, name))
            index += 1
        return 0

    def say(self, text: str) -> tuple[Any, list[Heard]]:
        """int16 at `rate`, and the events."""
        self._sound.clear()
        self._events.clear()
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.frombuffer(bytes(self._sound), np.int16).copy(), list(self._events)


def sentence(espeak: Espeak, text: str, *, spaced: bool = True) -> tuple[Any, tuple[Said, ...]] | None:
    """A sentence said in one go, cut to its sound, with the times of its words.

    None if sound and events disagree by more than `_AGREED`: MBROLA drops sounds that its voice lacks.
    """
    samples, events = espeak.say(text)
    first, last = (cut * espeak.rate // RATE for cut in sounding(_resampled(samples, espeak.rate), 40.0))
    sounds = [e.sample for e in events if e.kind == _PHONEME and not _silent(e)]
    pauses = [e.sample for e in events if e.kind == _PHONEME and e.phoneme.startswith("_:")]
    if (
        not sounds
        or not pauses
        or max(abs(first - sounds[0]), abs(last - pauses[-1])) > _AGREED * espeak.rate
    ):
        return None
    rate = float(espeak.rate)
    said = [
        Said(w.text, *(None if at is None else (at - first) / rate for at in (w.start, w.end)))
        for w in words(text, events, spaced=spaced)
    ]
    # where it begins and ends is told by the sound, as with recorded lines
    said[0] = said[0]._replace(start=0.0)
    said[-1] = said[-1]._replace(end=(last - first) / rate)
    return _resampled(samples[first:last], espeak.rate), tuple(said)


def apart(espeak: Espeak, text: str, gap: float = 0.06) -> tuple[Any, tuple[Said, ...]]:
    """A sentence of words that were said one by one, cut to their sound and placed on a clock."""
    parts, said, clock = [], [], 0
    for word in text.split():
        wave = _resampled(espeak.say(word)[0], espeak.rate)
        first, last = sounding(wave, 40.0)
        said.append(Said(word, clock / RATE, (clock + last - first) / RATE))
        parts += [wave[first:last], np.zeros(round(gap * RATE), np.int16)]
        clock += last - first + round(gap * RATE)
    return np.concatenate(parts), tuple(said)


def words(text: str, events: Sequence[Heard], *, spaced: bool = True) -> list[Said]:
    """The words of a text, and the samples at which they start and end.

    A word starts where its predecessor ends, so the closure of a stop belongs to it, as phoneticians have it.
    None for edges at a pause, and between words that the synthesiser joins.
    """
    spans = _spans(text, spaced=spaced)
    said = [Said(text[first:last], None, None) for first, last in spans]
    current, paused = -1, True
    for event in events:
        index = next((k for k, (first, last) in enumerate(spans) if first <= event.character < last), -1)
        silence = event.kind == _PHONEME and _silent(event)
        if event.kind == _END or silence:
            paused = True
        elif index > current and event.kind in {_WORD, _PHONEME}:
            if not paused and index == current + 1:
                said[index] = said[index]._replace(start=event.sample)
                said[current] = said[current]._replace(end=event.sample)
            current = index
        if event.kind == _PHONEME and not silence:
            paused = False
    return said


def _silent(event: Heard) -> bool:
    """A pause; `_|` is a glottal stop."""
    return event.phoneme.startswith("_") and event.phoneme != "_|"


def _spans(text: str, *, spaced: bool) -> list[tuple[int, int]]:
    """The characters of each word: between spaces, or each letter with the punctuation after it."""
    spans: list[tuple[int, int]] = []
    if not spaced:
        for index, char in enumerate(text):
            if char.isalnum():
                spans.append((index, index + 1))
            elif spans:
                spans[-1] = (spans[-1][0], index + 1)
        return spans
    at = 0
    for part in text.split():
        first = text.index(part, at)
        at = first + len(part)
        if bare(part):
            spans.append((first, at))
        elif spans:
            spans[-1] = (spans[-1][0], at)
    return spans


def _resampled(samples: Any, rate: int) -> Any:
    from scipy.signal import resample_poly

    wave = resample_poly(samples.astype(np.float64), RATE, rate) if rate != RATE else samples
    return np.clip(wave, -32768, 32767).astype(np.int16)
