"""Measures recognition of films in several languages, which are composed of recordings in one language each.

usage: PYTHONPATH=. envs/whisperx/.venv/bin/python benchmarks/languages.py MODEL PLAN CODE=FILM [CODE=FILM
...]

MODEL is a folder with a CTranslate2 Whisper model. PLAN lists the pieces as CODE:FROM-TO in seconds of their
recording, such as `en:0-14,de:0-12,en:14-40`; cuts are moved to the quietest time nearby. Speech regions are
those of faster-whisper's Silero. It prints one line per piece: the share of its time in the right language,
and the character error rate of its text against the same piece transcribed alone in its language. A PLAN with
one piece checks a film for false changes.
"""

from __future__ import annotations

import sys
import time
from typing import Any, NamedTuple

import numpy as np

from stage_runners.asr import languages, passes
from stage_runners.recognition import windows
from stage_runners.recognition.recognizer import Settings, Sound, Transcript
from stage_runners.whisper import engine
from stage_runners.whisper.sizes import WINDOW

RATE = 16000
GAP = 0.5
"""Seconds of silence between two pieces."""


class Piece(NamedTuple):
    """Seconds of the composed film, and the language spoken there."""

    start: float
    end: float
    language: str


def main() -> None:
    """Compose the film, transcribe it, and print the results."""
    folder, plan, *films = sys.argv[1:]
    sounds = {code: _sound(path) for code, _, path in (film.partition("=") for film in films)}
    whisper = engine.load({"_model": {"id": folder, "path": folder}, "_threads": 0}, "cpu")
    samples, pieces = _made(plan, sounds)
    started = time.monotonic()
    language, probability, several = _read(whisper, samples)
    seconds = time.monotonic() - started
    print(f"{len(samples) / RATE:.0f} s read in {seconds:.0f} s; the film: {language} ({probability:.2f})")
    print(f"{'piece':>16}  right  chars  errors   %")
    for piece in pieces:
        alone = samples[round(piece.start * RATE) : round(piece.end * RATE)]
        truth = _text(_read(whisper, alone, piece.language)[2])
        text, right = _within(several, piece)
        errors = _distance(text, truth)
        place = f"{piece.language} {piece.start:.1f}-{piece.end:.1f}"
        print(f"{place:>16} {right:6.1%} {len(truth):6} {errors:7} {100 * errors / max(1, len(truth)):4.0f}")


def _sound(path: str) -> Any:
    from faster_whisper import decode_audio

    return (decode_audio(path) * 32767).astype(np.int16)


def _made(plan: str, sounds: dict[str, Any]) -> tuple[Any, list[Piece]]:
    parts: list[Any] = []
    pieces = []
    clock = 0.0
    for part in plan.split(","):
        code, _, span = part.partition(":")
        sound = sounds[code]
        first, last = (_quiet(sound, float(value)) for value in span.split("-"))
        own = sound[round(first * RATE) : round(last * RATE)]
        parts += [own, np.zeros(round(GAP * RATE), np.int16)]
        pieces.append(Piece(clock, clock + len(own) / RATE, code))
        clock += len(own) / RATE + GAP
    return np.concatenate(parts), pieces


def _quiet(sound: Any, at: float) -> float:
    length = len(sound) / RATE
    inner = 1.5 < at < length - 1.5
    return windows.quietest(sound, RATE, at - 1.5, at + 1.5) if inner else min(at, length)


def _read(whisper: Any, samples: Any, asked: str | None = None) -> tuple[str, float, list[Transcript]]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(samples.astype(np.float32) / 32768, VadOptions(min_silence_duration_ms=300))
    chunks = windows.pack([(one["start"] / RATE, one["end"] / RATE) for one in found], samples, RATE, WINDOW)
    sound = Sound(samples, RATE)
    heard = languages.Detected(asked, {}, {}) if asked else languages.detect(whisper, sound, chunks)
    film = passes.Film(
        recognizer=whisper,
        sound=sound,
        settings=lambda code: Settings(language=code),
        batch_size=8,
        limit=WINDOW,
        detector=None if asked else whisper.detector,
        encoded=heard.encoded,
    )
    read = passes.read(film, chunks, heard.language)
    return heard.language, heard.probability.get(heard.language, 1.0), read


def _within(read: list[Transcript], piece: Piece) -> tuple[str, float]:
    """The text of the piece, and the share of its transcript in its language."""
    words = [
        (word, result.language)
        for result in read
        for word in result.words
        if piece.start - GAP / 2 <= (word.start + word.end) / 2 < piece.end + GAP / 2
    ]
    total = sum(word.end - word.start for word, _ in words)
    right = sum(word.end - word.start for word, language in words if language == piece.language)
    return "".join(word.text for word, _ in words).strip(), right / total if total else 0.0


def _text(read: list[Transcript]) -> str:
    return " ".join(result.text for result in read)


def _distance(one: str, other: str) -> int:
    """Characters to change, add or leave out, blanks and case aside (Levenshtein)."""
    a, b = ("".join(text.casefold().split()) for text in (one, other))
    row = list(range(len(b) + 1))
    for number, char in enumerate(a, 1):
        before, row[0] = row[0], number
        for k, own in enumerate(b, 1):
            before, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, before + (char != own))
    return row[-1]


if __name__ == "__main__":
    main()
