"""The pieces of a transducer joined to words, with times inside their window."""

from __future__ import annotations

import pytest

from stage_runners.parakeet.tokens import Piece, words
from stage_runners.recognition.windows import Chunk

WINDOW = Chunk(10.0, 14.0, 4.0)


def test_a_word_lasts_from_its_first_piece_to_the_end_of_its_last():
    found = words(
        [Piece(" eve", 0.4, 0.08, 0.9), Piece("ning", 0.48, 0.16, 0.4), Piece(".", 0.64, 0.08, 0.9)], WINDOW
    )
    assert [(one.text, one.start, one.end) for one in found] == [(" evening.", 10.4, pytest.approx(10.72))]
    assert found[0].probability == pytest.approx((0.9 * 0.4 * 0.9) ** (1 / 3))


def test_a_piece_without_a_duration_ends_at_the_next_one_or_after_four_frames():
    found = words([Piece(" a", 0.0, None, None), Piece(" b", 0.2, None, None)], WINDOW)
    assert [(one.start, one.end) for one in found] == [(10.0, 10.2), (10.2, pytest.approx(10.52))]
    assert {one.probability for one in found} == {None}


def test_pieces_at_one_frame_and_beyond_the_window_keep_their_order_and_stay_inside():
    found = words(
        [Piece(" a", 3.9, 0.16, 1.0), Piece(" b", 3.9, 0.32, 1.0), Piece(" c", 4.2, 0.08, 1.0)], WINDOW
    )
    assert [one.text for one in found] == [" a", " b", " c"]
    assert all(10 <= one.start <= one.end <= 14 for one in found)
    assert found == tuple(sorted(found, key=lambda one: one.start))


def test_signs_of_the_vocabulary_and_empty_pieces_are_no_words():
    pieces = [Piece("<unk>", 0.0, 0.08, 1.0), Piece(" <|en|>", 0.1, 0.08, 1.0), Piece(" ", 0.2, 0.08, 1.0)]
    assert words(pieces, WINDOW) == ()
    assert words([], WINDOW) == ()


def test_a_window_that_begins_inside_a_word_has_it_as_a_word():
    assert [one.text for one in words([Piece("ning", 0.0, 0.08, 1.0)], WINDOW)] == [" ning"]
