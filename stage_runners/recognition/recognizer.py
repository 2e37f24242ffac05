"""The interface between the stage's method and the speech recognition engines.

The stage splits speech into windows, chooses languages, judges the text and finds missed speech. An engine
encodes and transcribes windows. Its optional capabilities are separate parts (`Recognizer.detector`,
`.scorer`, `.prompt`), which are None if the engine lacks them. To add an engine, see
`stage_runners.asr.engines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.windows import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN = "und"
"""The code of an unknown language (ISO 639-2)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to transcribe windows. `language` is `und` if it is unknown; an engine may then detect it."""

    language: str
    beam_size: int = 5
    initial_prompt: str | None = None
    hotwords: str | None = None


@dataclass(frozen=True, eq=False)
class Sound:
    """The film's sound: mono int16 of shape (n,)."""

    samples: NDArray[np.int16]
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, eq=False)
class Encoded:
    """A window after the engine's encoder.

    `states` belongs to the engine and is opaque to the stage: encoder states of shape (frames, width), or
    None.
    """

    sound: Sound
    chunk: Chunk
    states: Any = None


class Token(NamedTuple):
    """A word, or a character of a script without spaces; `text` includes a leading space.

    Times are in seconds of the film. `probability` is None if the engine does not measure it.
    """

    text: str
    start: float
    end: float
    probability: float | None


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The transcript of a window. Values that the engine does not measure are None.

    `silent` (no speech) and `doubtful` (hardly better than another text) are verdicts by the engine's
    thresholds. `tries` counts the decoding attempts. `tokens` are the engine's token ids, empty if they no
    longer match `words`.
    """

    chunk: Chunk
    text: str
    language: str
    language_probability: float | None = None
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None
    silent: bool = False
    doubtful: bool = False
    tries: int = 1
    words: tuple[Token, ...] = ()
    tokens: Sequence[int] = ()


class LanguageDetector(Protocol):
    """The part of an engine that detects languages. Results map codes to probabilities."""

    def in_windows(self, encoded: Sequence[Encoded]) -> list[dict[str, float]]:
        """The probabilities of the languages in each window."""

    def in_spans(self, encoded: Encoded, spans: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
        """The probabilities of the languages in spans of one window.

        Spans have equal length, and are in seconds from the window's start, on a grid of 0.02 s.
        """


class TextScorer(Protocol):
    """The part of an engine that estimates the probability of a text."""

    def probabilities(
        self,
        encoded: Encoded,
        text: str,
        settings: Settings,
        read: Transcript | None = None,
        most: int | None = None,
    ) -> Sequence[float]:
        """The probability of each token of `text`, up to the first `most`, as the text of the window.

        If `text` is a part of the transcript `read`, it is scored with that transcript's tokens.
        """


class Prompt(Protocol):
    """The part of an engine that takes a prompt and hotwords."""

    def check(self, settings: Settings) -> None:
        """Raise `StageError("config")` if prompt and hotwords are too long for the model."""

    def fitting(self, names: Iterable[str], settings: Settings) -> int:
        """How many of the first names fit as hotwords in addition to those of `settings`."""


class Recognizer(Protocol):
    """A loaded model of an engine."""

    @property
    def capabilities(self) -> Capabilities:
        """What this model can do."""

    @property
    def method(self) -> str:
        """The method, for the provenance of the result."""

    @property
    def compute_type(self) -> str:
        """The compute type: int8, float16, ..."""

    @property
    def computed_on(self) -> str:
        """The framework's name of the device; empty if it is the requested device."""

    @property
    def time_bias(self) -> float | None:
        """The delay of its word times in seconds, to be subtracted; None if it was never measured."""

    @property
    def detector(self) -> LanguageDetector | None:
        """The part that detects languages, or None."""

    @property
    def scorer(self) -> TextScorer | None:
        """The part that scores texts, or None."""

    @property
    def prompt(self) -> Prompt | None:
        """The part that takes a prompt and hotwords, or None."""

    def encode(self, sound: Sound, chunks: Sequence[Chunk]) -> list[Encoded]:
        """Encode windows of a film, none longer than `longest_window`."""

    def transcribe(self, encoded: Sequence[Encoded], settings: Settings) -> Iterable[Transcript]:
        """Transcribe the windows in one batch, in order.

        A window may give several transcripts, each of a part of it, or none if it has no speech. The engine
        may try again if the text looks wrong.
        """

    def transcribe_once(self, encoded: Sequence[Encoded], settings: Settings) -> list[Transcript]:
        """Exactly one transcript per window, from one attempt, even without speech."""
