"""Which proposals for the transcript are kept, and which are dropped, each with its reason."""

from __future__ import annotations

import pytest

from stage_runners.proofreading import corrections
from stage_runners.proofreading.answers import Candidate, candidates

LINE = "I thought, you know, I heard a deep. This is Diane and New Jersey."


def judged(before, after, kind="misheard", line=LINE):
    places = corrections.places(before, line)
    return corrections.why_not(Candidate(1, before, after, kind, ""), line, len(places))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("deep", "beep", "misheard"),
        ("Diane and", "Diane in", "misheard"),
        ("Diane", "Dianne", "name"),
        ("deep. This", "deep? This", "punctuation"),
        ("deep. This", "deep, this", "punctuation"),
        ("and New Jersey", "in New Jersey", "misheard"),
    ],
)
def test_a_correction_of_what_was_misheard_is_kept(before, after, kind):
    assert judged(before, after, kind) == ""


@pytest.mark.parametrize(
    ("before", "after", "kind", "why"),
    [
        ("deep", "beep", "style", "of an unknown kind"),
        ("deer", "beep", "misheard", "not in the line"),
        ("dee", "bee", "misheard", "not in the line"),
        ("I", "We", "misheard", "several times"),
        ("deep", "deep", "misheard", "changes nothing"),
        ("deep", "<b>beep</b>", "misheard", "no plain text"),
        ("deep", "beep https://evil.example", "misheard", "no plain text"),
        ("thought, you know, I heard a deep. This is Diane", "x", "misheard", "too large a part"),
        ("deep", "deep sound that came from the kitchen", "misheard", "much longer"),
        ("deep", "a beep or a", "misheard", "much longer"),
        ("deep. This", "beep. No. This", "misheard", "adds a sentence"),
        ("Diane and New Jersey", "your humble narrator", "misheard", "other words"),
        ("deep", "beep", "punctuation", "changes words"),
    ],
)
def test_what_is_no_correction_is_dropped(before, after, kind, why):
    assert why in judged(before, after, kind)


def test_a_short_line_may_be_corrected_as_a_whole():
    assert judged("Wreck a nice beach.", "Recognise speech.", line="Wreck a nice beach.") == ""


def test_scripts_without_spaces_and_with_vowel_signs():
    assert judged("小林", "小森", "name", "小林さん、こんにちは。") == ""
    assert "not in the line" in judged("राज", "रवि", "name", "राजा कहाँ है")


@pytest.mark.parametrize(
    "row",
    [
        None,
        "beep",
        [],
        {},
        {"n": 1, "before": "a", "kind": "name"},
        {"n": "one", "before": "a", "after": "b", "kind": "name"},
        {"n": True, "before": "a", "after": "b", "kind": "name"},
        {"n": 1, "before": "", "after": "b", "kind": "name"},
        {"n": 1, "before": "a", "after": "", "kind": "name"},
        {"n": 1, "before": "a", "after": "b\nc", "kind": "name"},
        {"n": 1, "before": "a", "after": "b" * 401, "kind": "name"},
        {"n": 1, "before": "a", "after": "b", "kind": 3},
        {"n": 10**9, "before": "a", "after": "b", "kind": "name"},
    ],
)
def test_a_proposal_of_another_form_is_malformed(row):
    assert candidates({"proposals": [row]}, whole=False) == ([], 1)


@pytest.mark.parametrize("answer", [None, "no", 3, {"lines": []}, {"proposals": "all"}])
def test_an_answer_of_another_form_is_none(answer):
    assert candidates(answer, whole=False) is None


def test_control_characters_are_taken_out_and_a_long_reason_is_cut():
    row = {"n": "1", "before": "a\u202e", "after": "b\x1b[2J", "kind": "Name", "reason": "r" * 500}
    ((one,), malformed) = candidates([row], whole=False)
    assert (one.before, one.after, one.kind, malformed) == ("a", "b [2J", "name", 0)
    assert len(one.reason) == 160
