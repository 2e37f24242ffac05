"""Which windows Whisper leaves out, and which it decodes again."""

from types import SimpleNamespace

import pytest

from stage_runners.recognition.windows import Chunk
from stage_runners.whisper import decode


def decoded(text="Hello there.", logprob=-0.2, no_speech=0.05, compression=1.2):
    """A window that was decoded as one token; its score leaves the end of text out of the mean."""
    one = SimpleNamespace(sequences_ids=[[7]], scores=[2 * logprob], no_speech_prob=no_speech)
    tokenizer = SimpleNamespace(decode=lambda _: text, language_code="en")
    return decode.transcript(Chunk(10.0, 40.0, 25.0), one, tokenizer, lambda _: compression)


@pytest.mark.parametrize(
    ("result", "silent", "doubtful"),
    [
        (decoded(), False, False),
        (decoded("Hmm.", logprob=-0.91, no_speech=0.69), True, False),
        (decoded(". . .", logprob=-0.1), True, False),
        (decoded(logprob=-1.2, no_speech=0.1), False, True),
        (decoded("da " * 40, compression=9.0), False, True),
        (decoded(logprob=-0.3, no_speech=0.9), False, False),
    ],
    ids=["clear speech", "music", "no letters", "mumbled", "a loop", "quiet but clear"],
)
def test_silent_windows_are_dropped_and_doubtful_ones_decoded_again(result, silent, doubtful):
    assert (result.silent, result.doubtful) == (silent, doubtful)
