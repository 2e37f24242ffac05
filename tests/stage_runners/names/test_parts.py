"""What a character's name is made of, and when two words sound alike."""

from __future__ import annotations

import pytest

from stage_runners.names import cast, plot
from stage_runners.text.phonetics import alike, core, folded


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("Dr. Rao", [("Rao", "family")]),
        (
            'Dr. Aditi "Addy" Rao',
            [("Aditi", "given"), ("Rao", "family"), ("Aditi Rao", "full"), ("Addy", "given")],
        ),
        (
            "Ludwig van Beethoven",
            [("Ludwig", "given"), ("van Beethoven", "family"), ("Ludwig van Beethoven", "full")],
        ),
        ("Mr. John Hale Jr.", [("John", "given"), ("Hale", "family"), ("John Hale", "full")]),
        ("O'Brien", [("O'Brien", "given")]),
        ("आदित्य शर्मा", [("आदित्य", "given"), ("शर्मा", "family"), ("आदित्य शर्मा", "full")]),
        ("Man #2", []),
        ("The Bride", []),
        ("King", []),
    ],
)
def test_a_name_is_split_into_its_parts(name, terms):
    assert [tuple(part) for part in cast.parts(name)[0]] == terms


def test_variants_of_a_name_include_honorifics_and_spellings_without_accents():
    assert cast.written("Rao", ["Dr."]) == ["Dr. Rao"]
    assert cast.written("Amélie") == ["Amelie"]
    assert cast.written("Jean-Luc") == ["Jean Luc", "JeanLuc"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("“Rachel's.”", ("“", "Rachel", "'s.”")),
        ("James'", ("", "James", "'")),
        ("Gus,", ("", "Gus", ",")),
        ("O'Brien?", ("", "O'Brien", "?")),
        ("...", ("...", "", "")),
    ],
)
def test_a_word_is_separated_from_its_marks_and_its_possessive(text, parts):
    assert core(text) == parts


def test_a_misheard_name_is_more_similar_than_another_name():
    assert alike("Rachell", "Rachel") > 0.9
    assert alike("Aditty", "Aditi") > alike("Addison", "Aditi")
    assert folded("Cháron") == "charon"


def test_mentions_are_whole_words():
    assert plot.mentions("Ann meets Anna. ANN runs.", "Ann") == 2
