"""The names that are suggested for misspelt ones."""

from __future__ import annotations

import pytest

from ipc.suggest import hint, nearest
from stage_runners.text.language_guess import meant


@pytest.mark.parametrize(
    ("word", "names", "expected"),
    [
        ("ars", ["asr", "demux"], "asr"),
        ("CUDA", ["cuda", "cpu"], "cuda"),
        ("pyannote-vad", ["pyannote_vad"], "pyannote_vad"),
        ("lunch", ["asr", "demux"], ""),
    ],
)
def test_the_nearest_name_is_suggested_or_none(word, names, expected):
    assert nearest(word, names) == expected


def test_a_short_list_is_shown_and_a_long_one_only_if_nothing_is_near():
    assert hint("mvk", ["mkv", "mp4"]) == "did you mean mkv? choose from: mkv, mp4"
    many = [f"stage{number}" for number in range(20)]
    assert hint("stagee1", many) == "did you mean stage1?"
    assert hint("lunch", many).startswith("choose from: stage0, stage1")


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("english", "en"), ("German", "de"), ("Englsh", "en"), ("ger", "de"), ("deu", "de"), ("pt_BR", "pt"),
        ("pt-PT", "pt"), ("deutsch", "de"), ("jp", "ja"), ("jv", "jw"), ("haitian", "ht"),
        ("English (US)", "en"),        ("xx", ""), ("klingon", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_language_is_guessed_from_its_name_and_from_other_codes(word, code):
    assert meant(word) == code
