"""Chapters begin where another subject or a long pause does, and nowhere else."""

from __future__ import annotations

import pytest

from stage_runners.chapters.boundaries import minimum, parts
from stage_runners.chapters.cohesion import Text, division
from stage_runners.chapters.utterances import stems, utterances, words_of
from tests.stage_runners.chapters.texts import BREAD, SATELLITE, shuffled, spoken
from tests.stage_runners.rows import segment, word


def starts(found):
    return [round(part.start, 2) for part in found[1:]]


def test_another_subject_begins_a_chapter():
    said = spoken([*BREAD, *SATELLITE])
    found = parts(said, said[-1].end + 1)
    assert starts(found) == [pytest.approx(said[10].start - 0.15, abs=0.01)]
    assert [part.reasons for part in found] == [(), ("topic",)]
    assert found[0].start == 0
    assert found[0].end == found[1].start
    assert found[1].end == said[-1].end + 1
    assert [len(part.spoken) for part in found] == [10, 10]


@pytest.mark.parametrize("seed", range(8))
def test_mixed_subjects_are_one_chapter(seed):
    said = spoken(shuffled(seed))
    assert len(parts(said, said[-1].end)) == 1


@pytest.mark.parametrize("lines", [BREAD, SATELLITE])
def test_a_single_subject_is_one_chapter(lines):
    said = spoken(lines)
    assert len(parts(said, said[-1].end)) == 1


def test_without_the_comparison_with_random_orders_mixed_subjects_would_be_divided():
    divided = found = 0
    for seed in range(6):
        said = spoken([*shuffled(seed), *shuffled(seed + 6)])
        text, times = Text([stems(one.text) for one in said]), [one.start for one in said]
        divided += len(division(text, times, said[-1].end, 10.0, [0.0] * len(said)))
        found += len(parts(said, said[-1].end, least=10.0)) - 1
    assert divided >= 20
    assert found <= 2


def test_a_long_silence_begins_a_chapter_whatever_is_said():
    first = spoken(shuffled(2))
    said = [*first, *spoken(shuffled(3), first[-1].end + 20)]
    found = parts(said, said[-1].end)
    assert [part.reasons for part in found] == [(), ("pause",)]
    assert starts(found) == [round(said[20].start - 0.5, 2)]


def test_a_chapter_begins_with_the_shot_change_of_its_pause():
    first = spoken(BREAD)
    said = [*first, *spoken(SATELLITE, first[-1].end + 2.5)]
    begins = said[10].start
    found = parts(said, said[-1].end, shots=[3.0, begins - 2.0, begins - 0.9, begins + 1.0])
    assert starts(found) == [round(begins - 0.9, 2)]
    assert found[1].reasons == ("topic", "pause", "shot change")
    before = parts(said, said[-1].end, shots=[begins - 2.6])
    assert starts(before) == [round(begins - 0.5, 2)], "a shot change while somebody speaks is none"


def test_no_chapter_is_shorter_than_the_minimum():
    said = spoken([*BREAD, *SATELLITE])
    assert len(parts(said, said[-1].end, least=40.0)) == 2
    assert len(parts(said, said[-1].end, least=70.0)) == 1
    assert [minimum(seconds) for seconds in (60, 1200, 7200)] == [30, 60, 300]


def test_what_is_done_is_told_while_the_text_is_divided():
    said = spoken([*BREAD, *SATELLITE])
    told = []
    parts(said, said[-1].end, check=lambda unit, done, total: told.append((unit, done, total)))
    assert told[:20] == [("utterances", k, 20) for k in range(20)]
    assert {unit for unit, _, _ in told[20:]} == {"boundaries"}


def test_a_film_without_speech_is_one_part():
    assert [(part.start, part.end) for part in parts([], 90.0)] == [(0.0, 90.0)]


def test_the_same_in_every_run():
    said = spoken([*BREAD, *shuffled(4), *SATELLITE])
    assert parts(said, said[-1].end) == parts(said, said[-1].end)


def test_utterances_end_with_sentences_pauses_and_speakers():
    words = [
        word("Yes.", 0.0, 0.5), word("And", 0.6, 0.8), word("then", 0.9, 1.0), word("later", 2.5, 2.9),
        word("no", 3.0, 3.2, speaker="B"),
    ]  # fmt: skip
    found = utterances([segment(0, language="en")], words)
    assert [one.text for one in found] == ["Yes.", "And then", "later", "no"]
    assert [(one.start, one.end) for one in found][1] == (0.6, 1.0)


def test_words_are_compared_by_their_beginning_and_characters_in_pairs():
    assert stems("Station, stations' STATIONARY 4K!") == ["stati", "stati", "stati", "4k"]
    assert words_of("हिन्दी में, किताब") == ["हिन्दी", "में", "किताब"]
    assert stems("日本語です") == ["日本", "本語", "語で", "です"]
    assert stems("...") == []
