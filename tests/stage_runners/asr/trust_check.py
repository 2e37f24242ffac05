"""The review of recognised text with a real model. usage: trust_check.py MODEL SAMPLES SOUND; prints JSON.

SAMPLES and SOUND are .npy of int16 at 16 kHz: a conversation, and something in which nobody speaks.
"""

from __future__ import annotations

import json
import sys

import numpy as np

from stage_runners.asr import hallucination, segments
from stage_runners.asr.second_pass import SecondLooks
from stage_runners.asr.segments import Span
from stage_runners.recognition import windows
from stage_runners.recognition.recognizer import Settings, Sound
from stage_runners.whisper import decode, engine
from stage_runners.whisper.thresholds import Decoding

RATE = 16000
SPEECH, CUT = 6.6, 14.2
"""Seconds where the conversation begins, and of a pause in it."""


class Remembering:
    """A recogniser that encodes each window once: most of this check's time, and its parts share windows."""

    def __init__(self, own):
        self._own, self._known = own, {}

    def __getattr__(self, name):
        return getattr(self._own, name)

    def encode(self, sound, chunks):
        """As the recogniser does, without windows of the same samples at the same time."""
        keys = [(sound.samples[int(c.start * RATE) : int(c.end * RATE)].tobytes(), c) for c in chunks]
        missing = [row for row, key in enumerate(keys) if key not in self._known]
        if missing:
            made = self._own.encode(sound, [chunks[row] for row in missing])
            self._known.update(zip((keys[row] for row in missing), made, strict=True))
        return [self._known[key] for key in keys]


def main(folder, samples, sound):
    model = {"path": folder}
    whisper = Remembering(engine.load({"_model": model, "_threads": 2, "compute_type": "int8"}, "cpu"))

    def settings(code):
        return Settings(language=code)

    def lines(pcm, regions):
        encoded = whisper.encode(Sound(pcm, RATE), windows.pack(regions, pcm, RATE, 30.0))
        return segments.lines(list(whisper.transcribe(encoded, settings("en"))), 0.0)

    def reviewed(pcm, found, regions):
        looks = SecondLooks(whisper, Sound(pcm, RATE), settings, 90, 8)
        done = hallucination.reviewed(found, regions, looks, "en", 0.0)
        return {
            "before": [line.text for line in found],
            "lines": [line.text for line in done.lines],
            "spans": [line.span for line in done.lines],
            "doubts": [(doubt.verdict, doubt.text, list(doubt.reasons)) for doubt in done.doubts],
            "looks": done.looks,
        }

    talk, nobody = np.load(samples), np.load(sound)
    seconds = len(talk) / RATE
    first = lines(talk, [Span(0.0, seconds)])
    longest = max(first[1:-1], key=lambda line: line.span.seconds)
    at = round(CUT * RATE)
    both = np.concatenate([talk[:at], nobody, talk[at:]])
    heard = [Span(SPEECH, CUT), Span(CUT + len(nobody) / RATE, len(both) / RATE)]
    print(
        json.dumps(
            {
                "whole": reviewed(talk, first, [Span(SPEECH, seconds)]),
                "with sound": reviewed(both, lines(both, [Span(0.0, len(both) / RATE)]), heard),
                "gone": longest.text,
                "without it": reviewed(
                    talk, [line for line in first if line is not longest], [Span(SPEECH, seconds)]
                ),
                "invented": _invented(
                    lambda: lines(nobody, [Span(0.0, len(nobody) / RATE)]), nobody, reviewed
                ),
            }
        )
    )


def _invented(read, nobody, reviewed):
    """What the model makes up where nobody speaks, with its own rule against that switched off."""
    rule, decode.DECODING = decode.DECODING, Decoding(silent=())
    try:
        return reviewed(nobody, read(), [])
    finally:
        decode.DECODING = rule


if __name__ == "__main__":
    main(*sys.argv[1:])
