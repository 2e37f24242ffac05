"""A Whisper model as the two networks offer it.

Faster_whisper.WhisperModel around CTranslate2's network, or around ours on MLX.

faster-whisper brings tokenizer, features, prompts and word times; a network has the methods of
ctranslate2.models.Whisper. So both backends read the same features, and their texts and times are made by the
same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 30.0
"""Seconds that Whisper's encoder reads at once."""
FRAMES = 3000
"""Frames of the log-mel spectrogram of a window."""
STATES = 1500
"""Encoder states of a window."""
STATES_PER_SECOND = 50

States = Any
"""Encoder states of shape (windows, 1500, width): a ctranslate2.StorageView, or an mlx.core.array."""


class Generation(Protocol):
    """A decoded window: `scores` are mean log-probabilities of `sequences_ids`, the best first."""

    @property
    def sequences_ids(self) -> Sequence[Sequence[int]]:
        """Tokens."""

    @property
    def scores(self) -> Sequence[float]:
        """Log-probabilities a token, the end included."""

    @property
    def no_speech_prob(self) -> float:
        """How probable it is that nobody speaks."""


class Alignment(Protocol):
    """A text aligned with a window."""

    @property
    def text_token_probs(self) -> Sequence[float]:
        """The probability of each token of the text."""


class Network(Protocol):
    """The part that computes."""

    @property
    def is_multilingual(self) -> bool:
        """Whether it knows other languages than English."""

    @property
    def compute_type(self) -> str:
        """int8, float16, ..."""

    def generate(
        self,
        states: States,
        prompts: Sequence[Sequence[int]],
        *,
        beam_size: int,
        max_length: int,
        suppress_tokens: Sequence[int],
        no_repeat_ngram_size: int,
        return_scores: bool,
        return_no_speech_prob: bool,
    ) -> Sequence[Generation]:
        """The likeliest text for each window."""

    def align(
        self,
        states: States,
        start: Sequence[int],
        texts: Sequence[Sequence[int]],
        frames: Sequence[int],
    ) -> Sequence[Alignment]:
        """Each text aligned with its window, of which `frames` of 3000 hold sound."""

    def detect_language(self, states: States) -> list[list[tuple[str, float]]]:
        """For each window the tokens of languages (`<|en|>`) with their probability, the likeliest first."""


class Tokenizer(Protocol):
    """faster_whisper.tokenizer.Tokenizer, for one language and task."""

    @property
    def eot(self) -> int:
        """The end of text: tokens below it are text."""

    @property
    def sot_sequence(self) -> Sequence[int]:
        """What a text begins after."""

    @property
    def language_code(self) -> str:
        """The language it writes."""

    def encode(self, text: str) -> list[int]:
        """Text as tokens."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Tokens as text."""

    def split_to_word_tokens(self, tokens: Sequence[int]) -> tuple[list[str], list[list[int]]]:
        """Words, and the tokens of each."""


class WhisperModel(Protocol):
    """faster_whisper.WhisperModel, as far as it is used."""

    model: Network
    hf_tokenizer: Any
    feature_extractor: Any
    max_length: int

    @property
    def supported_languages(self) -> Sequence[str]:
        """Codes of the languages that it writes."""

    def encode(self, features: NDArray[np.float32]) -> States:
        """Encoder states of log-mel features of shape (windows, bands, frames)."""

    def get_prompt(
        self, tokenizer: Tokenizer, previous: Sequence[int], *, without_timestamps: bool, hotwords: str | None
    ) -> list[int]:
        """The tokens that a text is written after."""

    def find_alignment(
        self, tokenizer: Tokenizer, texts: Sequence[Sequence[int]], states: States, frames: Sequence[int]
    ) -> list[list[dict[str, Any]]]:
        """The words of each text: `word`, `start`, `end` (seconds from the window's start), `probability`."""


def tokenizer_of(model: WhisperModel, language: str, task: str = "transcribe") -> Tokenizer:
    """The model's tokenizer for a language; `task` is `transcribe`, or `translate` to English."""
    from faster_whisper.tokenizer import Tokenizer as Theirs

    tokenizer: Tokenizer = Theirs(
        model.hf_tokenizer, model.model.is_multilingual, task=task, language=language
    )
    return tokenizer
