"""The units of Qwen3's aligner and our words; the times of its marks."""

from __future__ import annotations

import pytest

from stage_runners.qwen.forced_aligner import timed
from stage_runners.qwen.generation import loops
from stage_runners.qwen.units import units_of


@pytest.mark.parametrize(
    ("words", "language", "texts", "owners"),
    [
        (["Don't", "go,", "—", "3rd!"], "en", ["Don't", "go", "3rd"], [[0], [1], [3]]),
        (["我", "觉得", "OK", "。"], "zh", ["我", "觉", "得", "OK"], [[0], [1], [1], [2]]),
        (["가자", "지금."], "ko", ["가자", "지금"], [[0], [1]]),
        (["...", "!"], "en", [], []),
    ],
)
def test_units_are_words_without_punctuation_and_single_characters(words, language, texts, owners):
    units = units_of(words, language)
    assert [unit.text for unit in units] == texts
    assert [[place for place, _, _ in unit.words] for unit in units] == owners


def test_the_longest_rising_sequence_of_times_is_right_and_the_rest_has_none():
    near = [0.5] * 8
    assert timed([10, 20, 90, 95, 30, 30, 31, 40], near, 10.0) == [
        (10 * 0.08, 20 * 0.08, 0.5), None, (30 * 0.08, pytest.approx(30 * 0.08 + 0.04), 0.5),
        (31 * 0.08, 40 * 0.08, 0.5),
    ]  # fmt: skip


def test_a_time_after_the_end_of_the_sound_is_none_or_cut():
    assert timed([10, 20, 60, 70], [0.5] * 4, 2.0) == [(0.8, 1.6, 0.5), None]
    assert timed([10, 40], [0.5] * 2, 2.0) == [(0.8, 2.0, 0.5)]


def test_only_a_repeated_group_is_a_loop():
    assert loops([7] * 60)
    assert loops([1, 2, 3] * 20)
    assert not loops([7] * 59)
    assert not loops([*range(30), *range(31, 61)])
