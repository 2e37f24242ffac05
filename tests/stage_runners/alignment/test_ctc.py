"""Characters are found in a network's output, and words are spelled in its letters."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ipc.errors import StageError
from stage_runners.alignment import ctc, letters
from stage_runners.alignment.aligner import Word


def output(text):
    """Log-probabilities of a network that is sure: one frame each of `-` (blank, 0), a, b, c."""
    probabilities = np.full((len(text), 4), 0.01)
    probabilities[range(len(text)), ["-abc".index(char) for char in text]] = 0.97
    return np.log(probabilities).astype(np.float32)


def test_each_character_lasts_from_its_frame_to_the_next_one():
    found = ctc.spans(output("---a--b-c--"), [1, 2, 3], blank=0)
    assert [(span.start, span.end) for span in found] == [(3, 6), (6, 8), (8, 9)]
    assert found[0].score == pytest.approx(0.97)


def test_an_unknown_character_takes_any_sound_but_the_blank():
    found = ctc.spans(output("---a--b-c--"), [1, ctc.ANY, 3], blank=0)
    assert [span.start for span in found] == [3, 6, 8]


def test_more_characters_than_frames_have_no_place():
    assert ctc.spans(output("a-"), [1, 2, 3], blank=0) is None
    assert ctc.spans(output("a-"), [], blank=0) is None


def vocabulary(folder, codes):
    (folder / "vocab.json").write_text(json.dumps(codes))
    return letters.read(folder)


def words(*texts):
    return [Word(text, True, 0.0, 1.0) for text in texts]


def test_words_are_spelled_with_the_separator_and_numerals_as_spoken(tmp_path):
    known = vocabulary(tmp_path, {"<pad>": 0, "|": 1, "A": 2, "Z": 3, "w": 4, "e": 5, "i": 6})
    codes, owners = known.tokens(words("Az,", "2"), "de")
    assert (codes, owners) == ([2, 3, 1, 3, 4, 5, 6], [0, 0, -1, 1, 1, 1, 1])
    assert known.blank == 0


def test_a_network_of_latin_letters_gets_other_words_romanised(tmp_path):
    plain = {letter: number for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz", start=3)}
    known = vocabulary(tmp_path, {"<blank>": 0, "<pad>": 1, "</s>": 2, **plain})
    codes, owners = known.tokens(words("Příliš", "Straße"), "cs")
    names = {code: letter for letter, code in known.codes.items()}
    assert "".join(names[code] for code in codes) == "prilisstrasse"
    assert owners == [0] * 6 + [1] * 7
    assert known.blank == 0


def test_a_network_with_its_own_letters_keeps_them(tmp_path):
    known = vocabulary(tmp_path, {"[PAD]": 9, "p": 1, "ř": 2})
    assert known.tokens(words("Pře"), "cs") == ([1, 2, ctc.ANY], [0, 0, 0])
    assert known.blank == 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a wav2vec2 model"), ("[]", "not a wav2vec2 model"), ("{}", "not a wav2vec2 model"),
        ('{"deu": {"a": 1}}', "another vocabulary and other weights for each language"),
    ],
)  # fmt: skip
def test_a_folder_without_one_vocabulary_is_named(tmp_path, text, message):
    (tmp_path / "vocab.json").write_text(text)
    with pytest.raises(StageError, match=f"{tmp_path.name}: .*{message}"):
        letters.read(tmp_path)
