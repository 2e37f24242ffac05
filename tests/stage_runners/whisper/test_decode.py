"""Which windows Whisper leaves out, and which it decodes again."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from stage_runners.recognition.recognizer import Sound
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


class Network:
    """Counts what is encoded, decoded and aligned; a window is doubtful as long as its text may repeat."""

    def __init__(self, monkeypatch, *, doubtful):
        self.encoded, self.aligned, self.doubtful = [], [], doubtful
        monkeypatch.setattr(decode, "encode", self.encode)
        monkeypatch.setattr(decode, "generate", self.generate)
        monkeypatch.setattr(decode, "align", self.align)

    def encode(self, _model, _sound, chunks):
        self.encoded.extend(chunks)
        return SimpleNamespace(shape=(1, 1500, 512), of=chunks[0])

    def generate(self, _model, chunks, _options, states, no_repeat=0):
        assert [states.of] == list(chunks)
        text = decoded(compression=9.0) if self.doubtful and not no_repeat else decoded()
        return [replace(text, chunk=chunk) for chunk in chunks]

    def align(self, _model, _states, results, _options):
        self.aligned.extend(result.chunk for result in results)
        return list(results)

    def read(self, seconds):
        chunk = Chunk(0.0, seconds, seconds)
        sound = Sound(np.zeros(round(seconds * 16000), np.int16), 16000)
        states = self.encode(None, sound, [chunk])
        return list(decode.decode(None, sound, [chunk], None, states))


def test_the_last_attempt_at_a_window_decodes_what_is_encoded_already(monkeypatch):
    short = Network(monkeypatch, doubtful=True)
    assert len(short.read(5.0)) == 1
    assert len(short.encoded) == 1
    long = Network(monkeypatch, doubtful=True)
    assert len(long.read(28.0)) == 4
    assert len(long.encoded) == 1 + 2 + 4


def test_only_texts_that_stay_get_word_times(monkeypatch):
    network = Network(monkeypatch, doubtful=True)
    parts = network.read(28.0)
    assert network.aligned == [part.chunk for part in parts]


def word(text, start, end):
    return {"word": text, "start": start, "end": end, "probability": 0.9}


def starts(words, after_mark):
    """The starts of the words of a window at 10 s; marks are words of their own here."""
    model = SimpleNamespace(find_alignment=lambda *_: [words])
    options = decode.Options(tokenizer=SimpleNamespace(eot=9), after_mark=after_mark)
    (found,) = decode.align(model, None, [decoded()], options)
    return {token.text.strip(): round(token.start - 10.0, 3) for token in found.words}


def test_a_word_after_a_mark_starts_earlier_because_the_mark_has_taken_its_first_sound():
    said = [word(" Hello", 0.0, 0.4), word(".", 0.4, 0.6), word(" Oh", 0.6, 0.8), word(" dear", 0.8, 1.0)]
    assert starts(said, 0.07) == {"Hello": 0.0, ".": 0.4, "Oh": 0.53, "dear": 0.8}
    assert starts(said, 0.0)["Oh"] == 0.6


def test_a_word_after_a_mark_does_not_start_before_the_word_ahead_has_ended():
    said = [word(" Hello", 0.0, 0.4), word('."', 0.4, 0.42), word(" Oh", 0.42, 0.8)]
    assert starts(said, 0.07)["Oh"] == 0.4
