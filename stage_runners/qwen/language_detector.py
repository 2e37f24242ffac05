"""Detects languages: the probability of each language's name where the network writes it.

An answer begins with `language English<asr_text>`. The names of the thirty languages, and `None` for sound
without speech, begin with different tokens, so one step of the network gives the probability of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.qwen.languages import NAMES
from stage_runners.qwen.network import PER_SECOND, Network
from stage_runners.recognition.recognizer import Encoded

NOTHING = "None"
_AT_ONCE = 16
"""Prompts in one step, so that a film's windows and stretches take little memory."""


class QwenDetector:
    """See `stage_runners.recognition.recognizer.LanguageDetector`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._prompt = network.prompt(answer="language")
        self._firsts = {code: network.tokens_after("language", f" {name}") for code, name in NAMES.items()}

    def in_windows(self, encoded: Sequence[Encoded]) -> list[dict[str, float]]:
        """The probabilities of the languages in each window."""
        return self._languages([one.states for one in encoded])

    def in_spans(self, encoded: Encoded, spans: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
        """The probabilities of the languages in spans of a window: the encoder's work is reused."""
        places = [(round(first * PER_SECOND), round(last * PER_SECOND)) for first, last in spans]
        return self._languages([encoded.states[first : max(last, first + 1)] for first, last in places])

    def _languages(self, sounds: Sequence[Any]) -> list[dict[str, float]]:
        codes = list(self._firsts)
        result: list[dict[str, float]] = []
        for first in range(0, len(sounds), _AT_ONCE):
            batch = sounds[first : first + _AT_ONCE]
            found = self._network.first([self._prompt] * len(batch), batch, list(self._firsts.values()))
            # Only among languages: what a window of music is in must be one of them.
            result += [dict(zip(codes, row.softmax(-1).tolist(), strict=True)) for row in found]
        return result
