"""Estimates the probability of a text in a window, token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from stage_runners.recognition.recognizer import Encoded, Settings, Transcript
from stage_runners.text.plain import plain
from stage_runners.whisper import encoder_states
from stage_runners.whisper.decode import Options, frames_of
from stage_runners.whisper.model import Tokenizer, WhisperModel


class WhisperScorer:
    """See `stage_runners.recognition.recognizer.TextScorer`."""

    def __init__(self, model: WhisperModel, options: Callable[[Settings], Options]) -> None:
        self._model = model
        self._options = options

    def probabilities(
        self,
        encoded: Encoded,
        text: str,
        settings: Settings,
        read: Transcript | None = None,
        most: int | None = None,
    ) -> Sequence[float]:
        """The probability of each token of `text` in the window, without a prompt."""
        tokenizer = self._options(settings).tokenizer
        tokens = tokenizer.encode(text) if read is None else tokens_of(text, read, tokenizer)
        aligned = self._model.model.align(
            encoder_states.stacked([encoded.states]),
            tokenizer.sot_sequence,
            [list(tokens[:most])],
            [frames_of(encoded.chunk)],
        )
        return [float(probability) for probability in aligned[0].text_token_probs]


def tokens_of(text: str, read: Transcript, tokenizer: Tokenizer) -> list[int]:
    """The tokens that `text`, a part of what was `read`, was read as.

    Encoded anew where it is no longer that.
    """
    whole = read.tokens or tokenizer.encode("".join(word.text for word in read.words))
    words, tokens = tokenizer.split_to_word_tokens([token for token in whole if token < tokenizer.eot])
    ends = list(accumulate(len(plain(word)) for word in words))
    start = "".join(map(plain, words)).find(plain(text))
    if start < 0:
        return list(tokenizer.encode(f" {text}"))
    own = [k for k, end in enumerate(ends) if start < end <= start + len(plain(text))]
    return [token for k in own for token in tokens[k]]
