"""An engine that writes fixed words: all that a new engine of recognition needs.

It has no likelihoods and detects no language.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ipc.declaration import Backend
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.engine import Engine
from stage_runners.recognition.recognizer import Encoded, Token, Transcript

SAID = ("Good", "evening.", "We", "sail", "at", "dawn.")
"""Every third of a second from 1.1 s on."""
MADE_UP = ("Please", "like", "and", "subscribe.")
"""Written from 4 s on by the first reading, unsurely, and not by the second."""
MISSED = ("Bring", "the", "charts.")
"""Said from 10 s on, and written by the second reading only."""

ENGINE = Engine(
    name="toy",
    families=("toy",),
    backends=(Backend(device="cpu", env="whisperx", runner="tests.stage_runners.asr.toy_runner"),),
    capabilities=Capabilities(
        longest_window=60.0,
        languages=("en", "de"),
        word_times="toy",
        detects_language=False,
        scores_text=False,
        takes_prompt=False,
    ),
)


def load(params, device):
    """The model is a file with one word.

    `timed`, or `plain` for one that gives neither word times nor probabilities.
    """
    return Toy(timed=Path(params["_model"]["path"]).read_text() == "timed")


class Toy:
    """See `stage_runners.recognition.recognizer.Recognizer`."""

    method, compute_type, computed_on, time_bias = "toy", "float32", "", 0.0
    detector = scorer = prompt = None

    def __init__(self, *, timed):
        self.capabilities = ENGINE.capabilities if timed else replace(ENGINE.capabilities, word_times="")

    def encode(self, sound, chunks):
        return [Encoded(sound, chunk) for chunk in chunks]

    def transcribe(self, encoded, settings):
        words = [*spoken(SAID, 1.1, 0.95), *spoken(MADE_UP, 4.0, 0.1)]
        return [self._transcript(one.chunk, settings, words) for one in encoded]

    def transcribe_once(self, encoded, settings):
        words = [*spoken(SAID, 1.1, 0.95), *spoken(MISSED, 10.0, 0.9)]
        return [self._transcript(one.chunk, settings, words) for one in encoded]

    def _transcript(self, chunk, settings, words):
        inside = tuple(word for word in words if chunk.start <= word.start and word.end <= chunk.end)
        text = "".join(word.text for word in inside).strip()
        timed = inside if self.capabilities.word_times else ()
        return Transcript(chunk=chunk, text=text, language=settings.language, words=timed, silent=not text)


def spoken(words, start, probability):
    return [
        Token(f" {word}", start + k / 3, start + k / 3 + 0.3, probability) for k, word in enumerate(words)
    ]
