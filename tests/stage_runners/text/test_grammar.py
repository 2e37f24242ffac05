"""Where sentences end."""

from __future__ import annotations

import pytest

from stage_runners.text.grammar import ending


@pytest.mark.parametrize(
    ("word", "following", "language", "end"),
    [
        ("I.", "Okay,", "", "sentence"),
        ("I.", "Okay,", "en", "sentence"),
        ("I.", "Kant", "de", ""),
        ("J.", "Smith", "en", ""),
        ("Dr.", "Smith", "en", ""),
    ],
)
def test_the_english_pronoun_ends_a_sentence_and_an_initial_does_not(word, following, language, end):
    assert ending(word, following, language) == end
