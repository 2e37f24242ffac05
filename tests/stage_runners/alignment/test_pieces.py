from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stage_runners.alignment import confidence
from stage_runners.alignment.pieces import Aligned, Span, pieces, place


@st.composite
def lines(draw):
    spans, clock = [], 0.0
    for gap, length in draw(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1)), max_size=200)):
        spans.append(Span(clock + gap, clock + gap + length))
        clock = spans[-1].end
    return spans, clock + 1.0


@given(lines())
def test_pieces_hold_every_word_once_in_at_most_thirty_seconds(line):
    spans, seconds = line
    found = pieces(spans, seconds)
    assert [k for piece in found for k in range(piece.first, piece.last)] == list(range(len(spans)))
    for piece in found:
        assert piece.end - piece.start <= 30.0
        assert piece.start <= spans[piece.first].start
        assert spans[piece.last - 1].end <= piece.end <= seconds


def test_a_pause_ends_a_piece():
    spans = [Span(1, 1.4), Span(1.5, 2), Span(4, 4.5)]
    assert [(p.first, p.last) for p in pieces(spans, 6)] == [(0, 2), (2, 3)]


def test_a_pause_beside_a_guessed_word_ends_no_piece():
    spans = [Span(0, 1), Span(1, 2), Span(4, 5), Span(7, 8)]
    assert [(p.first, p.last) for p in pieces(spans, 9, guessed={2})] == [(0, 4)]
    assert [(p.first, p.last) for p in pieces(spans, 9, guessed={0})] == [(0, 2), (2, 3), (3, 4)]


@given(lines(), st.data())
def test_times_increase_whatever_the_aligner_returns(line, data):
    spans, _ = line
    shift = st.none() | st.tuples(st.floats(-5, 5), st.floats(-0.1, 3))
    heard = data.draw(st.lists(shift, min_size=len(spans), max_size=len(spans)))
    aligned = [
        None
        if one is None
        else Aligned(max(0, span.start + one[0]), max(0, span.start + one[0]) + one[1], 0.9)
        for one, span in zip(heard, spans, strict=True)
    ]
    placed = place(spans, aligned, ["pocketsphinx"] * len(spans), ["attention"] * len(spans))
    assert len(placed) == len(spans)
    assert all(one.start <= one.end for one in placed)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(placed))
    assert all((one.score is not None) == (one.method == "pocketsphinx") for one in placed)


def test_a_word_that_is_not_trusted_keeps_its_attention_time_between_its_neighbours():
    rough = [Span(1, 1.5), Span(1.6, 2.2), Span(2.3, 2.8)]
    aligned = [Aligned(1.1, 1.7, 0.9), None, Aligned(2.2, 2.7, 0.8)]
    placed = place(rough, aligned, ["pocketsphinx"] * 3, ["attention"] * 3)
    assert [one.method for one in placed] == ["pocketsphinx", "attention", "pocketsphinx"]
    assert (placed[1].start, placed[1].end, placed[1].score) == (1.7, 2.2, None)


def test_words_without_room_share_the_time_and_are_marked_as_interpolated():
    rough = [Span(1, 1.5), Span(5.0, 5.4), Span(5.4, 5.8), Span(2.3, 2.8)]
    aligned = [Aligned(1.1, 1.7, 0.9), None, None, Aligned(2.2, 2.7, 0.8)]
    placed = place(rough, aligned, ["pocketsphinx"] * 4, ["attention"] * 4)
    assert [one.method for one in placed][1:3] == ["interpolated", "interpolated"]
    assert placed[1].start == pytest.approx(1.7)
    assert placed[2].end == pytest.approx(2.2)


def sounds(*nats):
    return [confidence.Sound(k, k + 0.3, 30 * value, 30) for k, value in enumerate(nats)]


def test_trust_in_a_word_depends_on_the_scores_around_it():
    near = confidence.neighbourhood(sounds(-3, -3, -9, -3, -3))
    assert confidence.trusted(near[2], 2.0, None)
    lost = confidence.neighbourhood(sounds(-10, -9, -3, -9, -11))
    assert not confidence.trusted(lost[2], 2.0, None)


def test_an_agreeing_second_opinion_outweighs_a_low_score():
    assert confidence.trusted(-8.0, 2.0, 2.1)
    assert not confidence.trusted(-8.0, 2.0, 3.1)
    assert not confidence.trusted(-11.0, 2.0, 2.1)


def test_scores_lie_between_zero_and_one():
    values = [confidence.score(nats) for nats in (-1e9, -20, -6, -3, 0)]
    assert values == sorted(values)
    assert values[0] >= 0
    assert values[2] == pytest.approx(0.5)
    assert values[-1] <= 1
