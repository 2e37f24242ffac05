"""Scenes from pauses, shot changes and speakers; and questions that end with them."""

from __future__ import annotations

from stage_runners.translation import scenes
from stage_runners.translation.translator import Line


def lines(*spans):
    """A line for each (start, end, speaker)."""
    return [
        Line("Hello.", "en", k, speaker, start=start, end=end)
        for k, (start, end, speaker) in enumerate(spans)
    ]


def talk(start, *speakers):
    """A line of two seconds for each speaker, half a second apart."""
    return [(start + 2.5 * k, start + 2.5 * k + 2, speaker) for k, speaker in enumerate(speakers)]


def test_a_long_pause_ends_a_scene():
    film = lines(*talk(0, *"ABABA"), *talk(30, *"ABAB"))
    assert scenes.first_lines(film, []) == [0, 5]
    assert scenes.numbers(film, []) == [0] * 5 + [1] * 4


def test_a_shorter_pause_ends_one_only_with_a_shot_change_and_other_people():
    others = lines(*talk(0, *"ABABA"), *talk(15, *"CDCD"))
    same = lines(*talk(0, *"ABABA"), *talk(15, *"ABAB"))
    assert scenes.first_lines(others, [13.5]) == [0, 5]
    assert scenes.first_lines(others, []) == [0]
    assert scenes.first_lines(others, [3.0, 18.0]) == [0]
    assert scenes.first_lines(same, [13.5]) == [0]


def test_a_scene_has_some_lines():
    film = lines((0, 1, "A"), (30, 31, "A"), (60, 61, "A"), (90, 91, "A"), (120, 121, "A"), (150, 151, "A"))
    assert scenes.first_lines(film, []) == [0, 4]


def test_a_film_without_lines_has_no_scene():
    assert scenes.first_lines([], []) == []
    assert scenes.numbers([], []) == []


def test_a_question_ends_with_the_last_scene_that_leaves_it_enough_lines():
    assert scenes.cut([0] * 5 + [1] * 5 + [2] * 10, 16, 8) == [10, 10]
    assert scenes.cut([0] * 5 + [1] * 20, 16, 8) == [16, 9]
    assert scenes.cut([0] * 16 + [1] * 4, 16, 8) == [16, 4]
    assert scenes.cut([], 16, 8) == []
