"""Parakeet as a speech recognition engine, on either framework."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from ipc.errors import StageError
from stage_runners.parakeet import faults, tokens
from stage_runners.parakeet.languages import ENGLISH
from stage_runners.parakeet.thresholds import PARAKEET
from stage_runners.parakeet.tokens import Piece
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.recognizer import Encoded, Settings, Sound, Transcript
from stage_runners.recognition.windows import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000


class Network(Protocol):
    """A loaded network of a framework."""

    @property
    def method(self) -> str:
        """The framework and its way of decoding."""

    @property
    def compute_type(self) -> str:
        """int8, float32 or bfloat16."""

    @property
    def computed_on(self) -> str:
        """The framework's name of the device; empty if it is the requested device."""

    def read(self, windows: Sequence[NDArray[np.float32]]) -> list[list[Piece]]:
        """The tokens of windows of sound at 16 kHz, from -1 to 1, each of shape (n,)."""


class ParakeetRecognizer:
    """A loaded Parakeet; see `stage_runners.recognition.recognizer.Recognizer`.

    The window that it encodes is decoded at once, so `encode` only keeps it.
    """

    detector = scorer = prompt = None
    time_bias = 0.0
    """Its word times were not found late: NVIDIA trains durations and words together."""

    def __init__(self, network: Network, capabilities: Capabilities, model: Mapping[str, Any]) -> None:
        english = "-v2" in str(model.get("id", ""))
        self.capabilities = replace(capabilities, languages=ENGLISH) if english else capabilities
        self.method = f"{network.method}, {network.compute_type}"
        self.compute_type = network.compute_type
        self.computed_on = network.computed_on
        self._network = network
        self._folder = str(model.get("path", ""))

    def encode(self, sound: Sound, chunks: Sequence[Chunk]) -> list[Encoded]:
        """The windows themselves."""
        return [Encoded(sound, chunk) for chunk in chunks]

    def transcribe(self, encoded: Sequence[Encoded], settings: Settings) -> Iterator[Transcript]:
        """One transcript for each window with text."""
        yield from (one for one in self.transcribe_once(encoded, settings) if one.words)

    def transcribe_once(self, encoded: Sequence[Encoded], settings: Settings) -> list[Transcript]:
        """One transcript for each window; `silent` if nothing was said in it."""
        windows = [_samples(one) for one in encoded]
        # Features are normalised over a window: of digital silence only rounding errors would be left.
        heard = [index for index, window in enumerate(windows) if window.any()]
        found = dict(zip(heard, self._heard([windows[k] for k in heard]), strict=True)) if heard else {}
        return [
            _transcript(one.chunk, found.get(index, []), settings.language)
            for index, one in enumerate(encoded)
        ]

    def _heard(self, windows: Sequence[NDArray[np.float32]]) -> list[list[Piece]]:
        found = self._network.read(windows)
        measured = (piece.probability for pieces in found for piece in pieces)
        if any(one is not None and math.isnan(one) for one in measured):
            raise StageError(
                "config",
                f"{self._folder}: its network computes no numbers (NaN)",
                f"{faults.HINT}; or choose another --compute-type",
            )
        return found


def _samples(encoded: Encoded) -> NDArray[np.float32]:
    """The window's sound as float32, with silence after it if it is very short."""
    import numpy as np

    sound, chunk = encoded.sound, encoded.chunk
    if sound.sample_rate != SAMPLE_RATE:
        raise StageError("contract", f"Parakeet reads sound at {SAMPLE_RATE} Hz, not {sound.sample_rate}")
    first, last = (round(time * SAMPLE_RATE) for time in (chunk.start, chunk.end))
    samples = sound.samples[first:last].astype(np.float32) / 32768.0
    missing = math.ceil(PARAKEET.shortest_window * SAMPLE_RATE) - len(samples)
    return np.pad(samples, (0, missing)) if missing > 0 else samples


def _transcript(chunk: Chunk, pieces: Sequence[Piece], language: str) -> Transcript:
    spoken = tokens.words(pieces, chunk)
    text = "".join(word.text for word in spoken).strip()
    return Transcript(chunk=chunk, text=text, language=language, words=spoken, silent=not text)
