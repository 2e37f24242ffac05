"""Names of people in the titles of tracks."""

from __future__ import annotations

import pytest

from stage_runners.media.track_names import name_in, names_of


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Anna", "Anna"), ("Anna's mic", "Anna"), ("Mic 2 - Dr. Anna Weiß", "Dr. Anna Weiß"),
        ("Jean-Luc Picard", "Jean-Luc Picard"), ("O'Brien", "O'Brien"), ("Anna (guest)", "Anna"),
        ("[Ben]", "Ben"), ("Anna_mic_2", "Anna"), ("Host", "Host"), ("अदिति", "अदिति"), ("田中", "田中"),
    ],
)  # fmt: skip
def test_a_name_is_found_among_technical_words(title, name):
    assert name_in(title) == name


@pytest.mark.parametrize(
    "title",
    [
        "", "Stereo", "Track 1", "Commentary", "Director's Commentary", "English", "english stereo",
        "Deutsch", "Français", "Haitian Creole", "Surround 5.1", "SoundHandler", "Core Media Audio", "Mic 1",
        "Audio 1",
        "ZOOM0001_Tr1", "Microphone (Realtek Audio)", "Speaker A", "L", "Main", "anna", "Tom & Anna",
        "ISO Media file produced by Google", "A Long Title Of A Talk", "Dolby Digital", "\x1b[31m", "A" * 60,
    ],
)  # fmt: skip
def test_a_title_without_a_name_gives_none(title):
    assert name_in(title) is None


def test_the_same_name_in_two_titles_names_nobody():
    assert names_of(["Anna", "Ben", "Anna 2"]) == [None, "Ben", None]
