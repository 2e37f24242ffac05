"""A word without times lies between its neighbours."""

from __future__ import annotations

from stage_runners.text.word_times import Place, places
from tests.stage_runners.rows import segment, word


def test_words_with_times_keep_them():
    assert places([word("a", 1.0, 1.5), word("b", 1.4, 2.0)], [segment()]) == [
        Place(1.0, 1.5),
        Place(1.4, 2.0),
    ]


def test_words_without_times_share_the_time_by_their_length():
    words = [word("a", 0.0, 1.0), word("bb"), word("cccc"), word("d", 4.0, 5.0)]
    assert places(words, [segment()])[1:3] == [Place(1.0, 2.0, guessed=True), Place(2.0, 4.0, guessed=True)]


def test_words_without_times_stay_in_their_own_segment():
    words = [word("a", 0.0, 1.0), word("b", segment=1), word("c", 9.0, 9.5, segment=2)]
    segments = [segment(0, 0.0, 1.0), segment(1, 4.0, 6.0), segment(2, 9.0, 9.5)]
    assert places(words, segments)[1] == Place(4.0, 6.0, guessed=True)


def test_word_starts_never_decrease():
    words = [word("a", 5.0, 6.0), word("b", segment=1), word("c", 6.5, 7.0, segment=1)]
    segments = [segment(0, 0.0, 6.0), segment(1, 0.0, 7.0)]
    assert [p.start for p in places(words, segments)] == [5.0, 5.0, 6.5]
