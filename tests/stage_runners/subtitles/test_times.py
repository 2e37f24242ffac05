"""Cues keep to their words, and to nearby shot changes as far as the profile's window and reading allow."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipc.artifacts import read, write
from ipc.cue_rules import GRID_MS
from stage_runners.subtitles.cues import Profile
from stage_runners.subtitles.layout import Layout
from stage_runners.subtitles.limits import Shots, profile
from stage_runners.subtitles.times import Times, timed
from stage_runners.subtitles.tokens import tokens
from tests.stage_runners.rows import PARAMS, around, said
from tests.stage_runners.spec import run_stage
from tests.stage_runners.talk import bare, talk, with_their_tokens

RATES = st.sampled_from([0.0, 24000 / 1001, 24.0, 25.0, 30.0, 60.0])


def on_film(rate, **params):
    return profile({**PARAMS, **params}, "en", Shots((), rate))


@st.composite
def filmed(draw):
    """Speech, and changes of shot close to where words begin and end."""
    spoken = draw(talk())
    edges = [1000 * time for w in spoken[1] for time in (w["start"], w["end"]) if time is not None]
    near = st.builds(
        lambda edge, away: max(0, round(edge + away)), st.sampled_from(edges or [0]), st.integers(-600, 600)
    )
    return spoken, sorted(draw(st.lists(near, max_size=20, unique=True)))


@settings(max_examples=250, deadline=None)
@given(filmed(), RATES, st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_a_cue_keeps_to_its_words_unless_a_cut_is_near(film, rate, snap):
    spoken, shots = film
    limits = on_film(rate, snap=snap)
    cut = tokens(*spoken, limits.width)
    cues = Layout(cut, limits, "en", shots=shots).cues()
    assert bare("".join(line.text for cue in cues for line in cue.lines)) == bare(
        "".join(w["text"] for w in spoken[1])
    )
    for cue, own in with_their_tokens(cues, cut):
        last = max(token.end for token in own)
        assert cue.start >= own[0].start - limits.snap_ms
        if cue.start < own[0].start:
            near = [shot for shot in shots if abs(shot - own[0].start) < limits.snap_ms]
            assert any(cue.start in {on_grid(shot), on_grid(shot - limits.snap_ms)} for shot in near)
        if cue.end < last and "too_long" not in cue.flags:
            assert last - cue.end <= limits.snap_ms / 4
            assert any(0 < shot - cue.end <= gap_at_a_cut(limits) + GRID_MS for shot in shots)
        assert cue.start < cue.end
        assert cue.end - cue.start <= limits.max_ms
    for a, b in pairwise(cues):
        assert b.start - a.end >= gap_at_a_cut(limits) - GRID_MS
        assert b.start - a.end >= 80
        if on_grid_of_any(b.start, shots) is False:
            assert b.start - a.end >= limits.gap_ms


@settings(max_examples=100, deadline=None)
@given(filmed())
def test_snapping_to_cuts_never_breaks_a_further_rule(film):
    spoken, shots = film
    limits = on_film(24.0)
    cut = tokens(*spoken, limits.width)
    layout = Layout(cut, limits, "en", shots=shots)
    with_shots = layout.cues()
    layout._shots = ()  # the same cues, timed as if nobody looked at the picture
    plain = layout.cues()
    if [cue.text() for cue in plain] == [cue.text() for cue in with_shots]:
        for a, b in zip(plain, with_shots, strict=True):
            assert set(b.flags) <= set(a.flags)


def gap_at_a_cut(limits):
    return max(limits.gap_frames * limits.frame_ms, 80)


def on_grid(time):
    return int(time // GRID_MS * GRID_MS)


def on_grid_of_any(start, shots):
    return any(on_grid(shot) == start for shot in shots)


LIMITS = Profile(snap_ms=500, gap_frames=2, frame_ms=1000 / 24, hold_ms=0, chain_ms=80)


def one(start, end, needed=500):
    return Times(onset=start, spoken=end, needed=needed, start=start)


def starts_and_ends(times, *shots, limits=LIMITS):
    return [(found.start, found.end) for found in timed(times, limits, shots)]


@pytest.mark.parametrize(
    ("onset", "start"),
    [
        (2000, 2000),  # on the cut
        (2400, 2000),  # up to half a second behind it: to the cut
        (2510, 2510),  # later: where it is
        (1700, 2000),  # eight frames before it: to the cut
        (1640, 1500),  # nine to eleven frames before: to twelve frames before
        (1490, 1490),  # earlier: where it is
    ],
)
def test_cue_starts_near_a_cut_follow_the_guidelines(onset, start):
    assert starts_and_ends([one(onset, onset + 3000)], 2000)[0][0] == start


@pytest.mark.parametrize(
    ("spoken", "end"),
    [
        (4700, 4910),  # in half a second before the cut: to two frames before it
        (4910, 4910),
        (5030, 4910),  # only just over it: the same
        (5300, 5500),  # well over it: twelve frames behind it
        (4490, 4490),  # away from it: where it is
        (5600, 5600),
    ],
)
def test_cue_ends_near_a_cut_follow_the_guidelines(spoken, end):
    assert starts_and_ends([one(2000, spoken)], 5000)[0][1] == end


def test_two_cues_at_a_cut_leave_two_frames_between():
    first, second = starts_and_ends([one(1000, 2900), one(3200, 5000)], 3000)
    assert (first[1], second[0]) == (2910, 3000)


def test_a_cue_extended_over_a_cut_stays_twelve_frames_after_it():
    assert starts_and_ends([one(1000, 2000, needed=2200)], 3000)[0][1] == 3500


def test_a_cue_that_must_cross_a_cut_lasts_until_the_next_cue():
    assert starts_and_ends([one(2000, 5300), one(5520, 7000)], 5000)[0][1] == 5440


def test_a_cue_too_fast_to_read_does_not_start_just_before_a_cut():
    assert starts_and_ends([one(1930, 4000, needed=3500), one(4100, 6000)], 2000)[0][0] == 2000
    assert starts_and_ends([one(1800, 4000, needed=3500), one(4100, 6000)], 2000)[0][0] == 1800


def test_the_previous_cue_keeps_its_words_and_reading_time_at_a_cut():
    spoken_on = starts_and_ends([one(1000, 3100), one(3200, 5000)], 3000)
    assert spoken_on[1][0] == 3200
    slow_to_read = starts_and_ends([one(1000, 2800, needed=2100), one(3200, 5000)], 3000)
    assert slow_to_read[1][0] == 3200


def test_the_gap_is_two_frames_of_a_moving_picture_but_at_least_80_ms():
    gaps = {rate: on_film(rate).gap_ms for rate in (0.0, 1.0, 15.0, 24.0, 25.0, 60.0)}
    assert gaps == {0.0: 80, 1.0: 80, 15.0: 140, 24.0: 90, 25.0: 80, 60.0: 80}


def test_cues_are_split_at_a_shot_change():
    words = said("We were there. It was late.", 0.0, each=0.5)
    (joined,) = Layout(tokens(around(words), words, 42), on_film(24.0), "en").cues()
    assert joined.text() == "We were there. It was late."
    cut_at = words[3]["start"] * 1000
    parted = Layout(tokens(around(words), words, 42), on_film(24.0, snap=0.2), "en", shots=[cut_at]).cues()
    assert [cue.text() for cue in parted] == ["We were there.", "It was late."]


def test_the_stage_takes_shots_and_phrases_from_their_artifacts(tmp_path):
    words = said("we suddenly saw the green Harriet stones standing about there", 1.0)
    segments = around(words)
    tables = {
        "segments": ({name: [row[name] for row in segments] for name in segments[0]}, {}),
        "words": ({name: [row[name] for row in words] for name in words[0]}, {}),
        "phrases": ({"word": list(range(1, 10)), "cost": [8.0] * 4 + [1.0] + [8.0] * 4}, {"language": "en"}),
        "shots": ({"time": [0.75], "score": [0.9]}, {"frame_rate": 25.0}),
    }
    paths = {}
    for name, (columns, content) in tables.items():
        paths[name] = tmp_path / f"{name}.parquet"
        write(paths[name], name, columns, content, {})
    done, out = run_stage("subtitles", paths, tmp_path)
    assert done.returncode == 0, done.stderr
    (cue,) = read(out / "cues.parquet", "cues").rows()
    assert cue["start"] == 0.75
    assert cue["text"] == "we suddenly saw the green\nHarriet stones standing about there"


def test_a_cue_delayed_by_the_previous_one_is_not_late_in_a_style_without_gaps():
    limits = on_film(0.0, min_gap=0.0, gap_frames=0)
    words = said("Nobody in this town could possibly have known about it.", 0.0, each=0.27)
    words += said("I see, I see, and I do not.", words[-1]["end"] + 0.01, each=0.5)
    first, second = Layout(tokens(around(words), words, 42), limits, "en").cues()
    assert 0 < second.start - words[10]["start"] * 1000 <= limits.patience_ms
    assert (first.flags, second.flags) == ((), ())
