import pytest

from stage_runners.alignment.spoken_text import spoken

DICTIONARY = frozenset(
    ["hello", "don't", "u.s.", "well-known", "wait", "what", "mister", "doctor", "cafe", "and", *"bcdrx"]
)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Hello,", "hello"),
        ("(don\u2019t)", "don't"),
        ("U.S.", "u.s."),
        ("well-known", "well-known"),
        ("Wait—what?", "wait what"),
        ("Mr.", "mister"),
        ("café", "cafe"),
        ("R&D", "r and d"),
        ("1984", "nineteen eighty four"),
        ("1905", "nineteen oh five"),
        ("2005", "two thousand five"),
        ("1,984", "one thousand nine hundred eighty four"),
        ("$1984", "one thousand nine hundred eighty four dollars"),
        ("$1", "one dollar"),
        ("£5.20", "five pounds twenty pence"),
        ("20%", "twenty percent"),
        ("-3.5°", "three point five degrees"),
        ("22nd", "twenty second"),
        ("12th", "twelfth"),
        ("1990s", "nineteen nineties"),
        ("10:05", "ten oh five"),
        ("10:00", "ten"),
        ("007", "zero zero seven"),
        ("5km", "five kilometers"),
        ("B2B", "b two b"),
        ("XKCD", "x. k. c. d."),
        ("Zorblax's", "zorblax's"),
        ("C++", "c plus plus"),
        ("24/7", "twenty four seven"),
        ("100000000000000000000", " ".join(["one", *["zero"] * 20])),
        ("—", ""),
        ("♪", ""),
        ("привет", ""),
    ],
)
def test_written_words_are_converted_to_their_spoken_form(written, heard):
    assert spoken(written, DICTIONARY.__contains__) == heard.split()


def test_dollars_are_not_spoken_before_million():
    assert spoken("$5", DICTIONARY.__contains__, "million") == ["five"]
    assert spoken("million", {"million"}.__contains__) == ["million"]
