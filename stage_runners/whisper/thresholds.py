"""Whisper's own figures that can change a result.

`THRESHOLDS` is part of the key that a result is stored under.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """When a window's text is not accepted as it is."""

    most_compression: float = 2.4
    """Ratio of the text's size to its compressed size above which it repeats itself (Radford et al. 2022,
    section 4.5)."""
    least_logprob: float = -1.0
    """Mean log-probability a token below which a text is hardly more likely than others (same section)."""
    silent: tuple[tuple[float, float], ...] = ((0.6, -0.5), (0.4, -1.0))
    """Probability of no speech above which, and mean log-probability below which, a window holds no speech.

    Whisper's own pair is .6 and -1. Windows of music and noise, in four languages, had .48 to .99 and -.7 to
    -2.4, and one loop after the other; windows of speech, meetings included, at most .32.
    """
    shortest_cut: float = 6.0
    """Seconds below which a window is not cut in halves for another attempt."""
    deepest_cut: int = 2
    """How often a window is cut in halves."""
    no_repeat: int = 3
    """Tokens in a row that the last attempt never writes twice."""


@dataclass(frozen=True, kw_only=True)
class AttentionBias:
    """How late word times from a model's attention are."""

    seconds: tuple[tuple[str, float], ...] = (("base", -0.065), ("tiny.en", 0.083))
    """By name of the model: the mean on hand-made word times."""

    def of(self, name: str) -> float | None:
        """The seconds of model `name`, None where nobody has measured it."""
        return dict(self.seconds).get(name)


DECODING, ATTENTION_BIAS = Decoding(), AttentionBias()
THRESHOLDS: tuple[object, ...] = (DECODING, ATTENTION_BIAS)
