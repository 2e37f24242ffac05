"""From cues that a page sends to edits: what hangs together is one, what nobody touched stays as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipc.edits import Edit, Overlay, Person, Shown
from orchestrator.review.saving import edits_of, here, overlay_of
from orchestrator.review.tracks import Track

A, B = "SPEAKER_00", "SPEAKER_01"


def cue(start, text, *speakers, seconds=2.0):
    return Shown(start=start, end=start + seconds, text=text, speakers=speakers or (A,))


def bare(*cues):
    return tuple(replace(one, speakers=()) for one in cues)


ONE, TWO, THREE, FOUR = cue(0, "One."), cue(3, "Two."), cue(6, "Three."), cue(9, "Four.")
BASE = [ONE, TWO, THREE, FOUR]


def as_made(*edits):
    """The track in which these edits stand over the base."""
    out = {(c.start, c.text) for edit in edits for c in edit.before}
    rest = [c for c in BASE if (c.start, c.text) not in out]
    shown = sorted([*rest, *(c for edit in edits for c in edit.after)], key=lambda c: c.start)
    mine = {id(c) for edit in edits for c in edit.after}
    return Track(base=BASE, shown=shown, edited=frozenset(k for k, c in enumerate(shown) if id(c) in mine))


UNTOUCHED = as_made()


def test_an_unchanged_cue_makes_no_edit():
    assert edits_of(UNTOUCHED, BASE, ()) == ()


def test_each_changed_cue_is_a_separate_edit():
    first, third = replace(ONE, text="Won."), replace(THREE, speakers=(B,))
    assert edits_of(UNTOUCHED, [first, TWO, third, FOUR], ()) == (
        Edit(before=bare(ONE), after=(first,)),
        Edit(before=bare(THREE), after=(third,)),
    )


def test_split_merged_deleted_and_inserted_cues_become_edits():
    halves = (cue(3, "T", seconds=1), cue(4, "wo.", seconds=1))
    assert edits_of(UNTOUCHED, [ONE, *halves, THREE, FOUR], ()) == (Edit(before=bare(TWO), after=halves),)
    both = Shown(start=3, end=8, text="Two.\nThree.", speakers=(A,))
    assert edits_of(UNTOUCHED, [ONE, both, FOUR], ()) == (Edit(before=bare(TWO, THREE), after=(both,)),)
    assert edits_of(UNTOUCHED, [ONE, THREE, FOUR], ()) == (Edit(before=bare(TWO), after=()),)
    more = cue(20, "Five.")
    assert edits_of(UNTOUCHED, [*BASE, more], ()) == (Edit(before=(), after=(more,)),)


def test_an_inserted_cue_over_another_records_what_it_replaces():
    over = cue(3.5, "[laughs]")
    assert edits_of(UNTOUCHED, [*BASE, over], ()) == (Edit(before=bare(TWO), after=(TWO, over)),)


def test_blank_text_deletes_a_cue_and_blank_lines_are_removed():
    assert edits_of(UNTOUCHED, [ONE, replace(TWO, text=" \n "), THREE, FOUR], ()) == (
        Edit(before=bare(TWO), after=()),
    )
    (edit,) = edits_of(UNTOUCHED, [ONE, replace(TWO, text="a  b \n\n c"), THREE, FOUR], ())
    assert edit.after[0].text == "a b\nc"


def test_an_unchanged_edit_stays_and_a_changed_one_keeps_the_automatic_cues():
    first = Edit(before=bare(ONE), after=(replace(ONE, text="Won."),))
    lost = Edit(before=bare(cue(900, "Later.")), after=())
    track = as_made(first)
    third = replace(THREE, text="Free.")
    assert edits_of(track, [*track.shown[:2], third, FOUR], (first, lost)) == (
        first,
        Edit(before=bare(THREE), after=(third,)),
        lost,
    )
    again = replace(ONE, text="Once.")
    assert edits_of(track, [again, *track.shown[1:]], (first,)) == (Edit(before=bare(ONE), after=(again,)),)


def test_a_cue_reset_to_the_original_is_no_edit():
    first = Edit(before=bare(ONE), after=(replace(ONE, text="Won."),))
    assert edits_of(as_made(first), BASE, (first,)) == ()
    gone = Edit(before=bare(TWO), after=())
    assert edits_of(as_made(gone), BASE, (gone,)) == ()


def test_an_edit_next_to_a_recut_cue_replaces_the_whole_automatic_cue():
    """An edit over [One. Two.], as the machine cuts it now, left `Two.` a cue of its own."""
    old = Edit(before=bare(ONE), after=(replace(ONE, text="Won."),))
    base = [Shown(start=0, end=5, text="One. Two.", speakers=(A,)), THREE]
    track = Track(base=base, shown=[old.after[0], TWO, THREE], edited=frozenset({0}))
    new = replace(TWO, text="Too.")
    (edit,) = edits_of(track, [old.after[0], new, THREE], (old,))
    assert edit.after == (old.after[0], new)
    assert edit.before == bare(base[0])
    assert edits_of(track, track.shown, (old,)) == (old,)


def test_a_cue_without_an_automatic_counterpart_is_not_duplicated():
    track = Track(base=[TWO], shown=[cue(0, "I", seconds=0.04), TWO], edited=frozenset())
    new = replace(track.shown[0], text="Oh.")
    (edit,) = edits_of(track, [new, TWO], ())
    assert edit == Edit(before=bare(track.shown[0]), after=(new,))


TURNS = [(0.0, 5.0, A), (6.0, 7.0, B), (9.0, 12.0, A)]


def test_a_speaker_name_is_saved_with_the_times_of_the_speech():
    found = overlay_of("movie.mkv", Overlay(), {}, {A: "Zoe"}, TURNS)
    assert found.speakers == (Person(label=A, name="Zoe", at=((0.0, 5.0), (9.0, 12.0))),)
    assert overlay_of("movie.mkv", found, {}, {}, TURNS) == found
    assert not overlay_of("movie.mkv", found, {}, {A: None}, TURNS)


def test_an_unnamed_speaker_of_an_edited_cue_is_identified_again():
    given = [replace(ONE, speakers=(B,)), *BASE[1:]]
    found = overlay_of("movie.mkv", Overlay(), {"": (UNTOUCHED, given)}, {}, TURNS)
    assert found.speakers == (Person(label=B, at=((6.0, 7.0),)),)
    assert found.tracks[""][0].after[0].speakers == (B,)


def test_labels_of_an_earlier_run_become_those_of_this_one():
    earlier = Overlay(
        speakers=(Person(label=B, name="Zoe", at=((1.0, 4.0),)), Person(label="PERSON_1", name="Guest")),
        tracks={"": (Edit(before=bare(ONE), after=(replace(ONE, speakers=(B, "PERSON_1")),)),)},
    )
    found = here(earlier, TURNS)
    assert [(person.label, person.name) for person in found.speakers] == [(A, "Zoe"), ("PERSON_1", "Guest")]
    assert found.tracks[""][0].after[0].speakers == (A, "PERSON_1")


@pytest.mark.parametrize("track", ["", "en"])
def test_other_tracks_keep_their_edits(track):
    there = {"en": (Edit(before=bare(TWO), after=()),)}
    found = overlay_of("m", Overlay(tracks=there), {track: (UNTOUCHED, BASE)}, {}, TURNS)
    assert found.tracks == there
