"""Splits, merges, moves, deletions and additions are told apart, by text and time."""

from __future__ import annotations

import random
import time

from ipc.edits import Shown
from orchestrator.review.imported.matching import Group, matched, moved


def cues(*texts, start=0.0, length=2.0):
    return [
        Shown(start=start + k * length, end=start + (k + 1) * length - 0.1, text=text)
        for k, text in enumerate(texts)
    ]


OURS = cues("Good evening.", "I have come to see the house.", "Yes.", "Is it old?", "Yes.", "Very.")


def groups(theirs):
    return [
        (tuple(OURS[k].text for k in one.ours), tuple(theirs[k].text for k in one.theirs))
        for one in matched(OURS, theirs)
        if [OURS[k] for k in one.ours] != [theirs[k] for k in one.theirs]
    ]


def test_equal_files_match_cue_by_cue():
    assert matched(OURS, OURS) == [Group((k,), (k,)) for k in range(6)]


def test_another_text_at_the_same_time_is_the_same_cue():
    theirs = [*OURS[:1], Shown(start=2, end=3.9, text="Something else entirely"), *OURS[2:]]
    assert groups(theirs) == [(("I have come to see the house.",), ("Something else entirely",))]


def test_a_split_and_a_merge():
    split = [
        OURS[0],
        Shown(start=2, end=3, text="I have come"),
        Shown(start=3, end=3.9, text="to see the hause."),
        *OURS[2:],
    ]
    assert groups(split) == [((OURS[1].text,), ("I have come", "to see the hause."))]
    merged = [*OURS[:2], Shown(start=4, end=7.9, text="Yes. Is it old?"), *OURS[4:]]
    assert groups(merged) == [(("Yes.", "Is it old?"), ("Yes. Is it old?",))]


def test_a_deletion_between_equal_texts():
    theirs = [*OURS[:2], *OURS[3:]]
    assert groups(theirs) == [(("Yes.",), ())]


def test_an_addition_is_no_split():
    added = Shown(start=6, end=6.4, text="Tell me now:")
    theirs = [*OURS[:3], added, Shown(start=6.5, end=7.9, text="Is it old?"), *OURS[4:]]
    assert groups(theirs) == [((), ("Tell me now:",)), (("Is it old?",), ("Is it old?",))]


def test_a_file_that_was_shifted_matches_cue_by_cue():
    theirs = [Shown(start=one.start + 61, end=one.end + 61, text=one.text) for one in OURS]
    assert matched(OURS, theirs) == [Group((k,), (k,)) for k in range(6)]


def test_a_cue_that_was_put_elsewhere_is_moved():
    theirs = [OURS[0], *OURS[2:], Shown(start=12, end=14, text=OURS[1].text)]
    found = matched(OURS, theirs)
    assert moved(found, OURS, theirs) == {1: 5}


def test_every_cue_is_in_one_group_and_a_long_file_takes_little_time():
    chance = random.Random(4)
    words = [f"w{k}" for k in range(3000)]
    ours = cues(*(" ".join(chance.choices(words, k=6)) for _ in range(400)))
    theirs = [
        Shown(start=one.start + 0.2, end=one.end, text=" ".join(chance.choices(words, k=6)))
        if chance.random() < 0.5
        else one
        for one in ours
        if chance.random() > 0.1
    ]
    began = time.process_time()
    found = matched(ours, theirs)
    assert time.process_time() - began < 10
    assert [k for one in found for k in one.ours] == list(range(len(ours)))
    assert [k for one in found for k in one.theirs] == list(range(len(theirs)))
