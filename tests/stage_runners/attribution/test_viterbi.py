"""Each word goes to the one who says it, and a turn's edge that is a little off tears no sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipc.errors import ContractError
from stage_runners.attribution.runner import attributed
from stage_runners.attribution.viterbi import Heard, Turn, attribute
from stage_runners.attribution.word_text import text_of
from tests.stage_runners.rows import around, said, segment, word

A, B = "SPEAKER_00", "SPEAKER_01"


def speakers(words, turns, exclusive=()):
    _, named = attributed(around(words), words, turns, exclusive)
    return [w["speaker"] for w in named]


def test_words_go_to_the_turn_they_are_in():
    words = said("Hello there.", 0.0) + said("Good morning.", 2.0)
    assert speakers(words, [Turn(0.0, 1.0, A), Turn(1.9, 3.0, B)]) == [A, A, B, B]


def test_the_last_word_stays_with_its_sentence_if_a_turn_ends_early():
    words = said("I have never seen this man.", 0.0) + said("Really? Never?", 2.2)
    late = words[5]["start"] + 0.1
    assert speakers(words, [Turn(0.0, late, A), Turn(late, 3.0, B)]) == [A] * 6 + [B] * 2


def test_a_short_answer_in_a_pause_is_attributed():
    words = [*said("Did you see him?", 0.0), word("No.", 1.7, 2.1), *said("Are you sure?", 2.4)]
    turns = [Turn(0.0, 1.4, A), Turn(1.65, 2.15, B), Turn(2.35, 3.5, A)]
    assert speakers(words, turns) == [A] * 4 + [B] + [A] * 3


def test_a_sentence_that_ends_with_the_pronoun_i_is_given_to_who_says_it():
    words = [
        word("there.", 9.466, 9.806), word("Neither", 9.966, 10.296), word("did", 10.296, 10.556),
        word("I.", 10.556, 10.996), word("Okay,", 10.996, 11.186), word("I", 11.186, 11.306),
        word("thought,", 11.306, 11.586),
    ]  # fmt: skip
    turns = [Turn(8.224, 9.945, A), Turn(9.945, 11.008, B), Turn(10.418, 14.755, A)]
    assert speakers(words, turns) == [A, B, B, B, A, A, A]


def test_a_word_outside_every_turn_gets_the_nearest_speaker():
    words = [word("Well.", 1.3, 1.5)]
    assert speakers(words, [Turn(0.0, 1.0, A), Turn(1.6, 3.0, B)]) == [B]


def test_speech_far_from_every_turn_has_no_speaker():
    segments = [segment(0, 0.0, 1.0, "Hello there."), segment(1, 60.0, 61.0, "Is anybody here?")]
    words = said("Hello there.", 0.0) + said("Is anybody here?", 60.0, segment=1)
    _, named = attributed(segments, words, [Turn(0.0, 1.0, A)])
    assert [w["speaker"] for w in named] == [A, A, None, None, None]
    assert [w["speaker_confidence"] for w in named[2:]] == [None] * 3


def test_exclusive_turns_decide_in_overlap_and_the_words_are_marked():
    words = said("one two three four", 0.0, each=0.5, gap=0.0)
    turns = [Turn(0.0, 2.0, A), Turn(1.0, 2.0, B)]
    _, named = attributed(around(words), words, turns, [Turn(0.0, 2.0, A)])
    assert [w["speaker"] for w in named] == [A] * 4
    assert [w["overlap"] for w in named] == [False, False, True, True]


def test_confidence_is_lower_in_overlapping_speech():
    words = said("one two three four", 0.0, each=0.5, gap=0.0)
    _, named = attributed(around(words), words, [Turn(0.0, 2.0, A), Turn(1.5, 2.0, B)])
    assert named[0]["speaker_confidence"] > 0.95
    assert named[0]["speaker_confidence"] > named[3]["speaker_confidence"] > 0.5


def test_a_segment_is_split_where_the_speaker_changes():
    words = said("Where is it?", 0.0) + said("In the car.", 1.5)
    whole = segment(0, 0.0, 3.0, "Where is it? In the car.", language="en")
    segments, named = attributed([whole], words, [Turn(0.0, 1.2, A), Turn(1.4, 3.0, B)])
    assert [(s["id"], s["text"], s["speaker"]) for s in segments] == [
        (0, "Where is it?", A),
        (1, "In the car.", B),
    ]
    assert [w["segment"] for w in named] == [0, 0, 0, 1, 1, 1]
    assert segments[0]["start"] == 0.0
    assert segments[-1]["end"] == 3.0
    assert segments[1]["start"] == words[3]["start"]
    assert segments[1]["avg_logprob"] == whole["avg_logprob"]


def test_a_word_of_no_segment_is_refused():
    with pytest.raises(ContractError, match="segment 9"):
        attributed([segment(0)], [word("lost", 0.0, 1.0, segment=9)], [Turn(0.0, 1.0, A)])


def test_text_is_built_with_the_blanks_of_its_words():
    words = [word("こん", space=False), word("にちは", space=False), word("world"), word("!", space=False)]
    assert text_of(words) == "こんにちは world!"


def test_a_segment_that_is_not_cut_keeps_its_text():
    words = said("Hello there.")
    (kept,), _ = attributed([segment(0, 0.0, 1.0, "Hello  there.")], words, [Turn(0.0, 1.0, A)])
    assert (kept["text"], kept["speaker"]) == ("Hello  there.", A)


def test_words_without_times_follow_their_neighbours():
    words = [word("one", 0.0, 0.3), word("two"), word("three", 0.8, 1.2)]
    assert speakers(words, [Turn(0.0, 1.2, B)]) == [B, B, B]


def test_a_segment_without_words_gets_the_speaker_who_talks_longest():
    (only,), named = attributed([segment(0, 0.0, 4.0, "Hm.")], [], [Turn(0.0, 1.0, A), Turn(1.0, 4.0, B)])
    assert (only["speaker"], named) == (B, [])


def test_no_turns_at_all_give_no_speaker():
    assert speakers(said("Hello there."), []) == [None, None]


TIMES = st.tuples(st.floats(0, 30), st.floats(0, 5)).map(lambda t: (t[0], t[0] + t[1]))


@settings(max_examples=80, deadline=None)
@given(st.lists(TIMES, max_size=25), st.lists(st.tuples(TIMES, st.sampled_from("ABC")), max_size=12))
def test_every_word_has_both_a_speaker_and_a_confidence_or_neither(times, found):
    turns = sorted(Turn(*span, speaker) for span, speaker in found)
    words = [Heard(*span, "word", k // 5) for k, span in enumerate(sorted(times))]
    result = attribute(words, turns, turns[::2])
    assert len(result) == len(words)
    for one in result:
        assert one.speaker in {None, *(t.speaker for t in turns)}
        assert (one.confidence is None) == (one.speaker is None)
        assert one.confidence is None or 0 <= one.confidence <= 1


@settings(max_examples=50, deadline=None)
@given(st.lists(TIMES, max_size=25), st.lists(st.tuples(TIMES, st.sampled_from("ABC")), max_size=12))
def test_segments_stay_in_order_and_lose_no_word(times, found):
    words = [word(f"w{k}", *span, segment=k // 7) for k, span in enumerate(sorted(times))]
    segments = [
        segment(key, own[0]["start"], max(w["end"] for w in own), text_of(own))
        for key in dict.fromkeys(w["segment"] for w in words)
        for own in [[w for w in words if w["segment"] == key]]
    ]
    new, named = attributed(segments, words, sorted(Turn(*span, s) for span, s in found))
    assert [w["text"] for w in named] == [w["text"] for w in words]
    assert " ".join(s["text"] for s in new) == " ".join(w["text"] for w in words)
    assert [s["id"] for s in new] == list(range(len(new)))
    starts = [s["start"] for s in new]
    assert starts == sorted(starts)
    assert all(s["start"] <= s["end"] for s in new)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_one_long_speech_stays_one_speaker_however_many_there_are(count):
    words = said("a b c d e f g h i j", 0.0)
    turns = [Turn(0.0, 4.0, "S0"), *(Turn(10.0 + k, 11.0 + k, f"S{k}") for k in range(1, count))]
    assert set(speakers(words, turns)) == {"S0"}


def test_exclusive_turns_decide_between_two_overlapping_speakers():
    words = said("one two three four", 0.0, each=0.5, gap=0.0)
    both = [Turn(0.0, 2.0, A), Turn(0.0, 2.0, B)]
    assert speakers(words, both, [Turn(0.0, 2.0, B)]) == [B] * 4
    assert speakers(words, both, [Turn(0.0, 2.0, A)]) == [A] * 4


def test_a_segment_that_overlaps_the_last_piece_of_the_previous_one_is_delayed():
    words = said("Where is it?", 0.0) + said("There.", 3.0) + said("I see.", 3.6, segment=1)
    segments = [segment(0, 0.0, 3.4), segment(1, 2.0, 4.4, "I see.")]
    new, _ = attributed(segments, words, [Turn(0.0, 1.1, A), Turn(2.9, 3.4, B), Turn(3.5, 4.4, A)])
    assert [(s["speaker"], s["start"]) for s in new] == [(A, 0.0), (B, 3.0), (A, 3.0)]
