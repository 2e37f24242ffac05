"""The interface of a Whisper model: faster-whisper's, around CTranslate2's network or ours on MLX.

faster-whisper provides tokenizer, features, prompts and word times; a network has the methods of
`ctranslate2.models.Whisper`. So both backends use the same features, and the same code for texts and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
        """The probability of no speech."""


class Alignment(Protocol):
    """A text aligned with a window."""

    @property
    def text_token_probs(self) -> Sequence[float]:
        """The probability of each token of the text."""


class Network(Protocol):
    """The network of a model."""

    @property
    def is_multilingual(self) -> bool:
        """Whether it supports languages other than English."""

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
        """The most likely text of each window."""

    def align(
        self,
        states: States,
        start: Sequence[int],
        texts: Sequence[Sequence[int]],
        frames: Sequence[int],
    ) -> Sequence[Alignment]:
        """Each text aligned with its window, in which `frames` of 3000 contain sound."""

    def detect_language(self, states: States) -> list[list[tuple[str, float]]]:
        """The language tokens (`<|en|>`) of each window with probabilities, the most likely first."""


class Tokenizer(Protocol):
    """faster_whisper.tokenizer.Tokenizer, for one language and task."""

    @property
    def eot(self) -> int:
        """The end of text: tokens below it are text."""

    @property
    def sot_sequence(self) -> Sequence[int]:
        """The tokens before a text."""

    @property
    def language_code(self) -> str:
        """The language of the text."""

    def encode(self, text: str) -> list[int]:
        """Text as tokens."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Tokens as text."""

    def split_to_word_tokens(self, tokens: Sequence[int]) -> tuple[list[str], list[list[int]]]:
        """Words, and the tokens of each."""


class WhisperModel(Protocol):
    """The used part of `faster_whisper.WhisperModel`."""

    model: Network
    hf_tokenizer: Any
    feature_extractor: Any
    max_length: int

    @property
    def supported_languages(self) -> Sequence[str]:
        """Codes of the supported languages."""

    def encode(self, features: NDArray[np.float32]) -> States:
        """Encoder states of log-mel features of shape (windows, bands, frames)."""

    def get_prompt(
        self, tokenizer: Tokenizer, previous: Sequence[int], *, without_timestamps: bool, hotwords: str | None
    ) -> list[int]:
        """The tokens before a text."""

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
