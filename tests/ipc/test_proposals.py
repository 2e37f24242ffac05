"""Where a proposed change fits in the text of a cue."""

from __future__ import annotations

import pytest

from ipc import proposals

FITS = [
    ("I heard a deep.", "deep", "beep", "I heard a beep."),
    ("It was\na deep sleep.", "was a deep", "was a beep", "It was\na beep sleep."),
    ("She saw\nTom Sawyer.", "saw Tom", "saw", "She saw\n Sawyer."),
    ("Hello Tom", "Tom", "Tom.", "Hello Tom."),
    ("Is it Tom.", "Tom.", "Tom?", "Is it Tom?"),
    ("小林さん、こんにちは。", "小林", "小森", "小森さん、こんにちは。"),
    ("राज कहाँ है", "राज", "रवि", "रवि कहाँ है"),
    ("a.b+c (d)", "a.b+c", "x", "x (d)"),
    ("  two   blanks here", "two blanks", "three blanks", "  three blanks here"),
    ("Straße frei", "Straße", "Strasse", "Strasse frei"),
]
NONE = [
    ("A deeper sleep.", "deep", "beep"),
    ("Hello Tom.", "Tom", "Tom."),
    ("राजा कहाँ है", "राज", "रवि"),
    ("Hello.", "", "x"),
    ("Hello.", "Hello", "Hello"),
    ("Hello.", "Goodbye", "Bye"),
]


@pytest.mark.parametrize(("text", "before", "after", "expected"), FITS)
def test_a_change_fits_where_its_words_stand(text, before, after, expected):
    found = proposals.fit(text, before, after)
    assert found is not None
    assert found.text == expected


@pytest.mark.parametrize(("text", "before", "after"), NONE)
def test_a_change_fits_in_no_part_of_a_word_and_not_twice(text, before, after):
    assert proposals.fit(text, before, after) is None
