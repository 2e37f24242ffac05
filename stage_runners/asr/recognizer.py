"""What an engine of speech recognition gets and gives.

The interface between the stage's method and its engines.

The stage cuts speech into windows, chooses languages, judges the text and looks for missed speech. An engine
encodes windows and writes down what is said in them. Whatever else an engine may be able to do is a part of
its own (`Recognizer.detector`, `.scorer`, `.prompt`): None where it cannot, and the stage does without. To
add an engine, see `stage_runners.asr.engines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from stage_runners.asr.capabilities import Capabilities
from stage_runners.asr.windows import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN = "und"
"""The language of speech whose language is not known (ISO 639-2)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to read windows. `language` is `und` where it is not known; an engine may then detect it itself."""

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
        """Its length."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, eq=False)
class Encoded:
    """A window as an engine has taken it in.

    `states` is what the engine wants to keep of it, and only the engine looks inside: the encoder's states of
    shape (frames, width), or None where it keeps nothing.
    """

    sound: Sound
    chunk: Chunk
    states: Any = None


class Token(NamedTuple):
    """A word as an engine spells it, or a character of a script without blanks.

    A blank before it is part of `text`.

    Times in seconds of the film. `probability` is None where the engine measures none.
    """

    text: str
    start: float
    end: float
    probability: float | None


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What an engine reads in a window. Figures are None where it does not measure them.

    `silent` and `doubtful` are the engine's own verdicts, by its own thresholds: nobody speaks; the text is
    hardly better than others would be. `tries` counts the decodings it took. `tokens` are the engine's own,
    empty where they no longer fit `words`.
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
        """The languages of each window."""

    def in_spans(self, encoded: Encoded, spans: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
        """The languages of stretches of one window.

        Equally long, in seconds from the window's start, on a grid of 0.02 s.
        """


class TextScorer(Protocol):
    """The part of an engine that says how probable a text is."""

    def probabilities(
        self,
        encoded: Encoded,
        text: str,
        settings: Settings,
        read: Transcript | None = None,
        most: int | None = None,
    ) -> Sequence[float]:
        """The probability of every token of `text`, at most the first `most`, as what is said in the window.

        Where `text` is a part of what was `read`, it is scored in the tokens that it was read in.
        """


class Prompt(Protocol):
    """The part of an engine that is biased by a prompt and by hotwords."""

    def check(self, settings: Settings) -> None:
        """Raise `StageError("config")` where the model has no room for prompt and hotwords."""

    def fitting(self, names: Iterable[str], settings: Settings) -> int:
        """How many of the names, from the first on, fit as hotwords beside those of `settings`."""


class Recognizer(Protocol):
    """A loaded model of an engine."""

    @property
    def capabilities(self) -> Capabilities:
        """What this model can do."""

    @property
    def method(self) -> str:
        """How the result is made, for its provenance."""

    @property
    def compute_type(self) -> str:
        """What it computes in: int8, float16, ..."""

    @property
    def computed_on(self) -> str:
        """The device as the framework names it; empty where that is the device that was asked for."""

    @property
    def time_bias(self) -> float | None:
        """Seconds by which its word times are late, to be subtracted; None where nobody has measured it."""

    @property
    def detector(self) -> LanguageDetector | None:
        """Detects languages."""

    @property
    def scorer(self) -> TextScorer | None:
        """Scores texts."""

    @property
    def prompt(self) -> Prompt | None:
        """Takes a prompt and hotwords."""

    def encode(self, sound: Sound, chunks: Sequence[Chunk]) -> list[Encoded]:
        """Take in windows of a film, none longer than `longest_window`."""

    def transcribe(self, encoded: Sequence[Encoded], settings: Settings) -> Iterable[Transcript]:
        """What is said in the windows, in order, in one batch.

        A window may give several transcripts, each of a part of it, or none where nobody speaks. Where the
        text looks wrong, the engine may try again.
        """

    def transcribe_once(self, encoded: Sequence[Encoded], settings: Settings) -> list[Transcript]:
        """Exactly one transcript for each window, from one attempt, whatever is in it."""
