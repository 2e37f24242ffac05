"""The numbers of Qwen3-ASR and its aligner that can change a result. `THRESHOLDS` and `ALIGNER` are parts of
the store's key.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class QwenDecoding(Thresholds):
    """How windows are decoded."""

    longest_window: float = 28.0
    """Seconds of a window. The network takes up to 20 minutes, but it gives no word times: a window is what
    the alignment searches for a word in, and there a piece has 28 s (`alignment.thresholds`)."""
    tokens_per_second: float = 25.0
    """Tokens that a second of speech has at most: fast Hindi, whose script takes a token per letter, has 20,
    English 4 (counted with Qwen's vocabulary)."""
    least_tokens: int = 32
    """Tokens that any window may have."""
    prompt_tokens: int = 1024
    """Tokens of prompt and hotwords. The authors name no limit for these networks, but each window reads them
    again: 1024 are as much as 80 s of sound."""
    loop_tokens: int = 60
    """Tokens at the end that repeat a group: then decoding stops, because it would do so up to the limit."""
    loop_group: int = 20
    """Tokens of such a group at most."""
    most_compression: float = 2.4
    """Ratio of the text's size to its compressed size above which it repeats itself, as with Whisper."""
    least_logprob: float = -1.0
    """Mean log-probability per token below which a text is hardly likelier than others, as with Whisper."""
    shortest_cut: float = 6.0
    """Seconds below which a window is not split in halves for another attempt."""
    deepest_cut: int = 2
    """How often a window is split in halves."""
    no_repeat: int = 3
    """Length of a group of tokens that the last attempt never repeats."""


class QwenAlignment(Thresholds):
    """How Qwen3-ForcedAligner is used."""

    longest: float = 300.0
    """Seconds of sound that it aligns at most (technical report, section 3.2)."""


DECODING, ALIGNER = QwenDecoding(), QwenAlignment()
THRESHOLDS: tuple[Thresholds, ...] = (DECODING,)
