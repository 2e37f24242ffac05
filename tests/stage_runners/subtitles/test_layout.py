"""For any text and speed: no word is lost, no limit is broken without need, and cues never overlap."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ipc.cue_rules import GRID_MS
from stage_runners.subtitles.cues import Profile
from stage_runners.subtitles.layout import Layout
from stage_runners.subtitles.tokens import tokens, up
from tests.stage_runners.rows import around, said, segment, word
from tests.stage_runners.talk import bare, talk, with_their_tokens

PROFILES = st.builds(
    Profile,
    width=st.sampled_from([16, 20, 42]),
    lines=st.sampled_from([2, 2, 3]),
    cps=st.sampled_from([10.0, 17.0, 20.0]),
)
LABELS = {f"SPEAKER_0{k}": f"[SPEAKER {k + 1}]" for k in range(3)}


def cues_and_tokens(spoken, profile, labels, every, language="en"):
    cut = tokens(*spoken, profile.width)
    return Layout(cut, profile, language, labels, every=every).cues(), cut


@settings(max_examples=150, deadline=None)
@given(talk(), PROFILES, st.sampled_from([{}, LABELS]), st.booleans(), st.sampled_from(["en", "ja", "xx"]))
def test_every_layout_keeps_its_words_and_keeps_or_flags_its_limits(spoken, profile, labels, every, language):
    cues, cut = cues_and_tokens(spoken, profile, labels, every, language)
    assert bare("".join(line.text for cue in cues for line in cue.lines)) == bare(
        "".join(w["text"] for w in spoken[1])
    )
    for cue, own in with_their_tokens(cues, cut):
        shown = cue.text(labels=True)
        seconds = (cue.end - cue.start) / 1000
        assert cue.start % GRID_MS == cue.end % GRID_MS == 0
        assert cue.start < cue.end
        assert all(len(line) <= profile.width for line in shown.split("\n"))
        assert len(shown.split("\n")) <= profile.lines
        assert cue.start >= own[0].start
        assert cue.end >= max(t.end for t in own) or "too_long" in cue.flags
        assert cue.end - cue.start <= profile.max_ms
        assert cue.end - cue.start >= profile.min_ms or "too_short" in cue.flags
        assert len(shown) <= profile.cps * seconds + 1e-6 or "too_fast" in cue.flags
        assert cue.start - own[0].start <= 160 or "late" in cue.flags
    for a, b in pairwise(cues):
        assert b.start - a.end >= profile.gap_ms
        if "too_fast" in a.flags:
            assert a.end == min(b.start - profile.gap_ms, a.start + profile.max_ms), "there was room to read"


@settings(max_examples=100, deadline=None)
@given(talk(), PROFILES, st.sampled_from([{}, LABELS]))
def test_two_speakers_share_a_cue_only_with_a_dash_and_a_line_each(spoken, profile, labels):
    cues, cut = cues_and_tokens(spoken, profile, labels, every=False)
    for cue, own in with_their_tokens(cues, cut):
        speakers = list(dict.fromkeys(token.speaker for token in own))
        if len(speakers) == 1:
            assert not any(line.dash for line in cue.lines)
        else:
            assert [line.speaker for line in cue.lines] == speakers
            assert all(line.dash for line in cue.lines)


def layout(words, labels=None, segments=None, **limits):
    profile = Profile(**limits)
    return Layout(
        tokens(segments or around(words), words, profile.width), profile, "en", labels, every=False
    ).cues()


def shown(cues, *, labels=True):
    return [cue.text(labels=labels) for cue in cues]


def test_without_speech_there_is_no_cue():
    assert layout([], segments=[]) == []


def test_sentences_have_separate_cues_if_there_is_time():
    cues = layout(said("So what is luck? ", 0) + said("Luck is chance.", 3.0))
    assert shown(cues) == ["So what is luck?", "Luck is chance."]


def test_a_long_sentence_is_cut_at_its_comma():
    text = (
        "You never know what comes next when somebody opens that door, "
        "and nobody in this town wants to find out."
    )
    cues = layout(said(text, each=0.35))
    assert shown(cues)[0].endswith("door,")


def test_a_pause_ends_a_cue():
    cues = layout(said("I wanted to say", 0) + said("that I love you.", 4.0))
    assert shown(cues) == ["I wanted to say", "that I love you."]


def test_a_cue_stays_long_enough_to_read_and_no_longer():
    (first, _) = layout(said("Extraordinary circumstances", each=0.2) + said("Yes, they are.", 9.0))
    assert first.end == up(27 / 17)


def test_a_short_gap_is_reduced_to_the_minimum():
    first, second = layout(
        said("This is the first thing I have to say.", 0) + said("And this the next.", 3.4, each=0.5)
    )
    assert second.start - first.end == 80


def test_speech_too_fast_to_read_is_shown_in_full_and_flagged():
    text = "Supercalifragilistic explanations notwithstanding everybody understands everything."
    cues = layout(said(text, each=0.1, gap=0.0) + said("What?", 0.72, each=0.9))
    assert bare("".join(shown(cues))) == bare(text + "What?")
    assert "too_fast" in cues[0].flags


def test_a_word_too_short_to_stand_alone_joins_the_other_speaker_with_a_dash():
    words = said("Hello?", 0.0, each=0.3, speaker="A") + said("Oh hello.", 0.35, each=0.3, speaker="B")
    assert shown(layout(words)) == ["- Hello?\n- Oh hello."]


def test_turns_long_enough_stand_alone():
    words = said("Hello, are you there?", 0.0, speaker="A") + said("Yes, I am here.", 1.5, speaker="B")
    assert shown(layout(words)) == ["Hello, are you there?", "Yes, I am here."]


def test_each_speaker_change_is_labelled():
    labels = {"A": "[SPEAKER 1]", "B": "[SPEAKER 2]"}
    words = said("Hello, are you there?", 0.0, speaker="A") + said("I am here.", 4.0, speaker="B")
    words += said("You do not need to shout.", 9.0, speaker="B") + said("I see, I see.", 14.0, speaker="A")
    assert shown(layout(words, labels)) == [
        "[SPEAKER 1] Hello, are you there?",
        "[SPEAKER 2] I am here.",
        "You do not need to shout.",
        "[SPEAKER 1] I see, I see.",
    ]


def test_a_label_that_does_not_fit_next_to_the_text_gets_a_separate_line():
    words = said("Well there is not much of a difference now.", each=0.3, speaker="A")
    (cue,) = layout(words[:-1], {"A": "[SPEAKER 1]"})
    assert shown([cue]) == ["[SPEAKER 1]\nWell there is not much of a difference"]
    assert shown([cue], labels=False) == ["Well there is not much of a difference"]


def test_words_without_times_are_shown_between_their_neighbours():
    words = [word("One", 1.0, 1.4), word("two"), word("three", 2.0, 2.4)]
    (cue,) = layout(words)
    assert shown([cue]) == ["One two three"]
    assert cue.flags == ("guessed_times",)


def test_a_segment_without_words_is_shown_all_the_same():
    (cue,) = layout([], segments=[segment(4, 2.0, 5.0, "Nobody timed these words.")])
    assert (cue.text(), cue.start, cue.segments) == ("Nobody timed these words.", 2000, (4,))
    assert cue.end >= 5000


def test_a_cue_names_the_segments_of_its_words():
    words = said("Yes.", 0.0, segment=3) + said("I know.", 0.4, segment=4)
    segments = [segment(3, 0.0, 0.3), segment(4, 0.4, 1.1)]
    (cue,) = layout(words, segments=segments)
    assert cue.segments == (3, 4)


def test_the_cost_of_a_layout_grows_linearly_with_the_film():
    """The candidates a place has are bounded, so work is proportional to words; counted, not clocked."""
    per_word = []
    for length in (500, 1000):
        words = said("one two three, four five six seven. " * (length // 7), each=0.2)
        made = Layout(tokens(around(words), words, 42), Profile(), "en")
        per_word.append(sum(len(made._spans(k)) for k in range(len(words))) / len(words))
    assert per_word[1] < per_word[0] * 1.05


def test_both_lines_of_a_dialogue_are_labelled():
    words = said("Hello?", 0.0, each=0.3, speaker="A") + said("Oh hello.", 0.35, each=0.3, speaker="B")
    labels = {"A": "[SPEAKER 1]", "B": "[SPEAKER 2]"}
    assert shown(layout(words, labels)) == ["- [SPEAKER 1] Hello?\n- [SPEAKER 2] Oh hello."]


def test_the_speaker_who_goes_on_is_labelled_in_a_dialogue_too():
    words = said("I am here.", 0.0, speaker="A") + said("Hello?", 9.0, each=0.3, speaker="A")
    words += said("Oh hello.", 9.35, each=0.3, speaker="B")
    labels = {"A": "[SPEAKER 1]", "B": "[SPEAKER 2]"}
    assert shown(layout(words, labels))[-1] == "- [SPEAKER 1] Hello?\n- [SPEAKER 2] Oh hello."


def test_an_unknown_speaker_shares_no_cue_with_a_labelled_one():
    words = said("Hello?", 0.0, each=0.3, speaker="A") + said("Oh hello.", 0.35, each=0.3, speaker=None)
    assert shown(layout(words, {"A": "[SHEILA]"})) == ["[SHEILA] Hello?", "Oh hello."]
    assert shown(layout(words)) == ["- Hello?\n- Oh hello."]


def test_the_last_cue_stays_no_longer_than_it_takes_to_read():
    (cue,) = layout(said("counter-revolutionaries " * 3, each=0.3), cps=10.2, width=80)
    assert cue.end - cue.start == up(71 / 10.2)
    assert cue.end - cue.start < 7000


def test_a_cue_starts_slightly_late_if_the_previous_one_would_be_invisible():
    words = said("Stop!", 0.0, each=0.5, speaker="A")
    words += said(
        "I have been telling everybody about this, but nobody ever wanted to listen.", 0.6, speaker="B"
    )
    first, second, *_ = layout(words, lines=1, width=80)
    assert first.end - first.start == 840
    assert second.start == 920
