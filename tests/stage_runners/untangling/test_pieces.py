"""Turns that overlap are laid out one after the other, and what else the film has stays where it is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stage_runners.untangling.pieces import Turn, pieces_of, speech_of
from stage_runners.untangling.thresholds import APART

TURNS = [Turn(1.0, 4.0, "A"), Turn(3.5, 6.0, "B"), Turn(8.0, 9.0, "A")]


def test_a_film_without_overlap_is_one_piece():
    apart = [Turn(1.0, 2.0, "A"), Turn(2.0, 3.0, "B"), Turn(3.0 - APART.least_s / 2, 4.0, "A")]
    (piece,) = pieces_of(apart, 10.0)
    assert (piece.start, piece.at, piece.seconds, piece.turn) == (0.0, 0.0, 10.0, None)
    assert speech_of([piece], [(1.0, 4.0)]) == [(1.0, 4.0)]


def test_a_film_whose_tracks_have_the_same_sound_is_one_piece():
    asked = []

    def alike(one, other):
        asked.append((one.speaker, other.speaker))
        return True

    assert [piece.turn for piece in pieces_of(TURNS, 10.0, alike)] == [None]
    assert asked == [("A", "B")]


def test_what_is_done_is_told_before_every_turn():
    done = []
    pieces_of(TURNS, 10.0, lambda *_: True, done.append)
    assert done == [1.0, 3.5, 8.0]


def test_turns_that_overlap_follow_one_another_with_a_margin_and_a_pause_between():
    first, a, b, last = pieces_of(TURNS, 10.0)
    assert (a.turn, b.turn, first.turn, last.turn) == (TURNS[0], TURNS[1], None, None)
    assert (a.at, a.at + a.seconds) == pytest.approx((1.0 - APART.pad_s, 4.0 + APART.pad_s))
    assert first.seconds == pytest.approx(a.at)
    assert b.start - a.end == pytest.approx(APART.pause_s)
    assert last.at == pytest.approx(6.0 + APART.pad_s)
    assert last.end == pytest.approx(10.0 + 0.5 + 2 * APART.pad_s + 3 * APART.pause_s)
    speech = speech_of([first, a, b, last], [(1.0, 6.0), (8.0, 9.0)])
    assert [end - start for start, end in speech] == pytest.approx([3.0, 2.5, 1.0])


def test_a_margin_takes_no_more_than_half_of_the_pause_before_the_same_voice_goes_on():
    turns = [Turn(1.0, 2.0, "A"), Turn(1.5, 3.0, "B"), Turn(2.1, 4.0, "A")]
    pieces = pieces_of(turns, 5.0)
    first, second = (piece for piece in pieces if piece.turn and piece.turn.speaker == "A")
    assert first.at + first.seconds == pytest.approx(2.05)
    assert second.at == pytest.approx(2.05)


def test_what_is_beside_a_knot_stays_the_mix():
    turns = [Turn(0.5, 0.95, "C"), *TURNS]
    first, a, *_ = pieces_of(turns, 10.0)
    assert first.seconds == pytest.approx(0.975)  # half of the pause to the turn before
    assert a.at == pytest.approx(0.975)


@st.composite
def people_who_speak(draw):
    """Turns of three people; those of one do not overlap."""
    turns = []
    for speaker in "ABC":
        clock = 0.0
        for pause, seconds in draw(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 300)), max_size=6)):
            clock += pause / 100
            turns.append(Turn(clock, clock + seconds / 100, speaker))
            clock += seconds / 100
    return turns


@given(people_who_speak())
def test_every_moment_of_a_turn_is_in_one_piece_and_pieces_never_overlap(turns):
    pieces = pieces_of(turns, 40.0)
    assert all(a.end <= b.start for a, b in pairwise(pieces))
    assert all(piece.at >= 0 and piece.at + piece.seconds <= 40.0 + 1e-9 for piece in pieces)
    for turn in turns:
        own = [piece for piece in pieces if piece.turn in {None, turn}]
        covered = [
            max(0.0, min(turn.end, piece.at + piece.seconds) - max(turn.start, piece.at)) for piece in own
        ]
        assert sum(covered) == pytest.approx(turn.end - turn.start)
