"""Detects the language of any span of encoder states, with Whisper's decoder."""

from __future__ import annotations

from collections.abc import Sequence

from stage_runners.recognition.recognizer import Encoded
from stage_runners.whisper import encoder_states
from stage_runners.whisper.model import States, WhisperModel
from stage_runners.whisper.sizes import STATES_PER_SECOND


class WhisperDetector:
    """The detector of a multilingual model; see `stage_runners.recognition.recognizer.LanguageDetector`."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model

    def in_windows(self, encoded: Sequence[Encoded]) -> list[dict[str, float]]:
        """The probabilities of the languages in each window."""
        return self._languages([one.states for one in encoded])

    def in_spans(self, encoded: Encoded, spans: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
        """The probabilities of the languages in spans of a window, at the cost of one decoder step each."""
        places = [
            (round(first * STATES_PER_SECOND), round(last * STATES_PER_SECOND)) for first, last in spans
        ]
        return self._languages([encoded.states[first:last] for first, last in places])

    def _languages(self, states: Sequence[States]) -> list[dict[str, float]]:
        found = self._model.model.detect_language(encoder_states.stacked(states))
        return [{token[2:-2]: probability for token, probability in row} for row in found]
