"""Estimates the probability of a text in a window, token by token, as the answer in its language."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stage_runners.qwen.languages import NAMES
from stage_runners.qwen.network import Network, language_answer
from stage_runners.recognition.recognizer import Encoded, Settings, Transcript


class QwenScorer:
    """See `stage_runners.recognition.recognizer.TextScorer`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def probabilities(
        self,
        encoded: Encoded,
        text: str,
        settings: Settings,
        read: Transcript | None = None,
        most: int | None = None,
    ) -> Sequence[float]:
        """The probability of each token of `text` in the window, without a prompt.

        The whole of what was `read` is scored with its own tokens; a part of it is tokenized anew.
        """
        own = read is not None and read.tokens and text.strip() == read.text
        tokens = list(read.tokens) if own and read is not None else self._network.tokens(text)
        name = NAMES.get(settings.language)
        prompt = self._network.prompt(answer=language_answer(name) if name else "")
        return [math.exp(p) for p in self._network.likelihoods(prompt, encoded.states, tokens[:most])]
