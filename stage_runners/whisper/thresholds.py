"""Whisper's numbers that can change a result. `THRESHOLDS` is part of the store's key."""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Decoding(Thresholds):
    """When a window's text is decoded again or dropped."""

    most_compression: float = 2.4
    """Ratio of the text's size to its compressed size above which it repeats itself (Radford et al. 2022,
    section 4.5)."""
    least_logprob: float = -1.0
    """Mean log-probability per token below which a text is hardly more likely than others (same section)."""
    silent: tuple[tuple[float, float], ...] = ((0.6, -0.5), (0.4, -1.0))
    """Probability of no speech above which, and mean log-probability below which, a window has no speech.

    Whisper's own pair is .6 and -1. Windows of music and noise, in four languages, had .48 to .99 and -.7 to
    -2.4, and one loop after the other; windows of speech, meetings included, at most .32.
    """
    shortest_cut: float = 6.0
    """Seconds below which a window is not split in halves for another attempt."""
    deepest_cut: int = 2
    """How often a window is split in halves."""
    no_repeat: int = 3
    """Length of a group of tokens that the last attempt never repeats."""


class AttentionBias(Thresholds):
    """The delay of word times from a model's attention."""

    seconds: tuple[tuple[str, float], ...] = (("base", -0.065), ("tiny.en", 0.083))
    """The mean delay by model name, measured on hand-made word times within sentences."""
    after_mark: tuple[tuple[str, float], ...] = (("base", 0.07),)
    """By model name: how much later than that a word after a punctuation mark starts, because the mark's
    token has taken its first sound. The same in English, Czech and Dutch (benchmarks/word_times.py).
    tiny.en has it too, but pocketsphinx aligns all that it writes."""

    def of(self, name: str) -> float | None:
        """The delay of model `name` in seconds; None if it was never measured."""
        return dict(self.seconds).get(name)

    def of_marked(self, name: str) -> float:
        """The further delay after a mark in seconds; 0 if it was never measured."""
        return dict(self.after_mark).get(name, 0.0)


DECODING, ATTENTION_BIAS = Decoding(), AttentionBias()
THRESHOLDS: tuple[Thresholds, ...] = (DECODING, ATTENTION_BIAS)
