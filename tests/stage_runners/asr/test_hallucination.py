"""What speaks against a text, when it is dropped or flagged, and what becomes of speech without text."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from stage_runners.asr import evidence as asr_evidence
from stage_runners.asr import gaps, hallucination
from stage_runners.asr.second_pass import Asked, Look, SecondLooks, came_again
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.text_signs import credited, share_looped, times_repeated
from stage_runners.asr.thresholds import SECOND_PASS
from stage_runners.asr.words import Word
from stage_runners.recognition.recognizer import Sound, Token, Transcript
from stage_runners.recognition.windows import Chunk
from stage_runners.whisper.text_scorer import tokens_of


def line(text, start=0.0, each=0.3, probability=0.95, likely=-0.15, no_speech=0.01, language="en"):
    """A segment whose words follow each other, `each` seconds long."""
    words = tuple(
        Word(word, True, start + k * each, start + (k + 1) * each, probability)
        for k, word in enumerate(text.split())
    )
    return Line(words, window(text, start, likely, no_speech, language=language))


def window(text, start=0.0, likely=-0.15, no_speech=0.01, words=(), language="en", end=None):
    return Transcript(
        chunk=Chunk(start, end or start + 10.0, 10.0), text=text, avg_logprob=likely,
        no_speech_prob=no_speech, compression_ratio=1.2, language=language, words=tuple(words),
        silent=not any(map(str.isalnum, text)), doubtful=likely is not None and likely < -1.0,
    )  # fmt: skip


def judged(one, regions, **more):
    (evidence,) = asr_evidence.gathered([one], regions)
    reasons = asr_evidence.reasons(replace(evidence, **more))
    return asr_evidence.verdict(reasons), {reason.kind for reason in reasons}


class Looks:
    """Second looks that find what they are told to: `heard` maps a margin to the words there."""

    def __init__(self, heard, most=9, no_speech=0.01, likely=-0.2, gain=4.0):
        self.heard, self.most, self.done = heard, most, 0
        self.no_speech, self.likely, self.gain = no_speech, likely, gain
        self.asked = []

    @property
    def left(self):
        return self.most - self.done

    def read(self, asked):
        asked = asked[: self.left]
        self.done += len(asked)
        self.asked.extend(asked)
        return [self.look(one) for one in asked]

    def look(self, one):
        assert one.line is None or isinstance(one.line, Line)
        words = self.heard.get(one.margin, ())
        text = " ".join(word.text.strip() for word in words)
        start = max(0.0, one.span.start - one.margin)
        read = window(
            text, start, self.likely, self.no_speech, words, one.language, one.span.end + one.margin
        )
        return Look(read, self.gain if one.line else None)


def said(text, start, each=0.3, probability=0.9):
    return [
        Token(f" {word}", start + k * each, start + (k + 1) * each, probability)
        for k, word in enumerate(text.split())
    ]


SPEECH = [Span(0.0, 10.0)]
NOBODY = [Span(50.0, 60.0)]


def test_clear_speech_has_nothing_against_it():
    assert judged(line("so we went to the harbour"), SPEECH) == ("", set())


def test_low_confidence_text_in_speech_is_kept_if_it_recurs():
    quiet = line("we were there", probability=0.3, likely=-0.9, no_speech=0.3)
    verdict, kinds = judged(quiet, SPEECH, again=1.0, gain=3.0, alone=0.3)
    assert verdict != "dropped"
    assert kinds == {"unsure", "no speech"}


def test_text_without_speech_that_does_not_recur_is_dropped():
    assert judged(line("Thank you.", probability=0.3), NOBODY, again=0.0, gain=0.3)[0] == "dropped"


def test_one_kind_of_evidence_alone_drops_nothing():
    assert judged(line("so we went to the harbour"), NOBODY)[0] == "flagged"


def test_a_short_frequent_word_in_speech_stays():
    verdict, kinds = judged(line("No."), SPEECH, copies=9, often=True, again=0.0, alone=0.6, gain=2.0)
    assert kinds == {"repeats", "again", "no speech"}
    assert verdict == "flagged"


def test_without_evidence_from_the_sound_nothing_is_dropped():
    loop = line("I know, I know, I know, I know, I know, I know.", each=0.01, probability=0.1, likely=-2.0)
    verdict, kinds = judged(loop, SPEECH)
    assert kinds == {"unsure", "repeats", "pace"}
    assert verdict == "flagged"


def test_a_line_of_credits_alone_is_not_even_flagged():
    assert judged(line("Subtitles by the harbour crew"), SPEECH) == ("", {"credits"})


def test_low_confidence_counts_less_in_a_language_the_model_hardly_knows():
    (evidence,) = asr_evidence.gathered([line("acha theek hai", likely=-0.9)], SPEECH)
    assert asr_evidence.points(asr_evidence.reasons(evidence, usual=-0.1)) > 0
    assert asr_evidence.reasons(evidence, usual=-0.9) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Untertitel im Auftrag des ZDF", True),
        ("Субтитры сделал кто-то", True),
        ("字幕提供者", True),
        ("She entitled her talk as she liked", False),
        ("The title by itself says nothing", False),
    ],
)
def test_credits_are_recognised_in_several_languages(text, found):
    assert credited(text) is found


def test_loops_count_and_ordinary_repetition_does_not():
    assert share_looped("no no no no no no no no no no") == pytest.approx(0.9)
    assert share_looped("no, no, no, I said no") == 0.0


def test_repeated_lines_are_counted_across_segments():
    assert times_repeated(
        ["Thanks for watching!", "And then", "Thanks for watching", "thanks for watching."]
    ) == [3, 1, 3, 3]


def test_the_share_of_a_text_that_recurs_is_measured():
    assert came_again("New Jersey now, though", "in new jersey now though.") == 1.0
    assert came_again("Thank you.", "Music") == 0.0


def test_speech_far_from_any_word_is_a_gap_and_a_pause_between_words_is_not():
    talk = line("one two three", start=1.0)
    (gap,) = gaps.uncovered([Span(0.9, 6.0), Span(8.0, 8.4)], [talk])
    assert gap == pytest.approx((2.2, 6.0))
    assert gaps.uncovered([Span(0.9, 2.6)], [talk]) == []


def test_many_regions_and_words_are_compared_once_each():
    talk = [line("one two", start=2.0 * k) for k in range(10_000)]
    regions = [Span(2.0 * k, 2.0 * k + 1.9) for k in range(10_000)]
    assert len(gaps.uncovered(regions, talk)) == 10_000
    evidence = asr_evidence.gathered(talk[:3000], regions)
    assert {one.in_speech for one in evidence} == {1.0}


def test_the_share_of_a_text_in_speech_is_measured():
    talk = line("one two three four", 10.0, each=1.0)
    for regions, share in (([Span(0.0, 9.9), Span(10.0, 12.0)], 0.5625), ([Span(0.0, 9.0)], 0.0), ([], 0.0)):
        assert asr_evidence.speech_share(talk, regions) == pytest.approx(share)


def recovered(heard, lines, regions, **more):
    looks = Looks(heard, **more)
    return hallucination.reviewed(lines, regions, looks, "en", 0.0), looks


BEFORE, BEHIND = line("he went home", 0.0), line("and slept well", 5.0)
REGIONS = [Span(0.0, 6.0)]


def test_missed_speech_is_recovered_in_its_place():
    words = said("home because it rained and", 0.6, each=0.9)
    done, _ = recovered({0.3: words, 0.7: words}, [BEFORE, BEHIND], REGIONS)
    assert [one.text for one in done.lines] == ["he went home", "because it rained", "and slept well"]
    (doubt,) = done.doubts
    assert (doubt.verdict, doubt.text, doubt.line) == ("recovered", "because it rained", done.lines[1])


def test_words_at_the_border_are_not_repeated_and_times_never_overlap():
    words = said("went home home again and slept", 0.9, each=0.8)
    done, _ = recovered({0.3: words, 0.7: words}, [BEFORE, BEHIND], REGIONS)
    spans = [one.span for one in done.lines]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert " ".join(one.text for one in done.lines).count("slept") == 1


def test_a_recovered_line_splits_the_segment_around_it():
    whole = Line((*BEFORE.words, *BEHIND.words), BEFORE.read)
    words = said("because it rained", 2.0)
    done, _ = recovered({0.3: words, 0.7: words}, [whole], REGIONS)
    assert [one.text for one in done.lines] == ["he went home", "because it rained", "and slept well"]


@pytest.mark.parametrize(
    ("other", "more"),
    [
        ("something else entirely", {}),
        ("because it rained", {"likely": -0.95}),
        ("because it rained", {"no_speech": 0.5}),
    ],
)
def test_uncertain_recovered_text_is_rejected_and_reported(other, more):
    heard = {0.3: said("because it rained", 2.0), 0.7: said(other, 2.0)}
    done, _ = recovered(heard, [BEFORE, BEHIND], REGIONS, **more)
    assert [one.text for one in done.lines] == ["he went home", "and slept well"]
    assert [doubt.verdict for doubt in done.doubts] == ["empty"]


def test_a_dropped_line_is_not_recovered_again():
    ghost = line("Thank you.", 2.0, probability=0.1, likely=-1.4, no_speech=0.7)
    heard = {0.3: said("Thank you.", 2.0, probability=0.6), 0.7: said("Thank you.", 2.0, probability=0.6)}
    done, _ = recovered(heard, [ghost], [Span(1.0, 4.0)], gain=0.1)
    assert done.lines == []
    assert "recovered" not in {doubt.verdict for doubt in done.doubts}
    assert next(doubt for doubt in done.doubts if doubt.verdict == "dropped").text == "Thank you."


def test_the_second_pass_keeps_its_limit_and_counts_the_rest():
    regions = [Span(10.0 * k, 10.0 * k + 2.0) for k in range(8)]
    done, looks = recovered({}, [], regions, most=3)
    assert (looks.done, done.looks, done.missed) == (3, 3, 5)
    assert sum("limit was reached" in doubt.reasons[1] for doubt in done.doubts) == 5


def test_half_of_the_second_pass_is_reserved_for_missed_speech():
    ghosts = [line("Hm.", 10.0 * k, probability=0.05, likely=-1.5, no_speech=0.3) for k in range(6)]
    many = [Span(100.0 + 10 * k, 104.0 + 10 * k) for k in range(5)]
    _, looks = recovered({}, ghosts, many, most=4)
    assert [one.line is None for one in looks.asked] == [False, False, True, True]
    _, looks = recovered({}, ghosts, many[:1], most=4)
    assert [one.line is None for one in looks.asked] == [False, False, False, True]


def test_without_a_second_pass_gaps_are_still_reported():
    done = hallucination.reviewed([BEFORE, BEHIND], REGIONS, None, "en", 0.0)
    assert [doubt.verdict for doubt in done.doubts] == ["empty"]
    assert done.lines == [BEFORE, BEHIND]


def test_the_limit_of_the_second_pass_grows_with_the_film():
    film = Sound((), 16000)
    assert SecondLooks(None, film, lambda _: None, 1, 8).most == SECOND_PASS.least
    assert SecondLooks(None, film, lambda _: None, 400, 8).most == round(400 * SECOND_PASS.share)


def test_a_line_keeps_the_tokens_it_was_decoded_from():
    class Tokenizer:
        eot = 100

        def split_to_word_tokens(self, tokens):
            return [" He", " went.", " And", " slept."], [[1], [2, 3], [4], [5, 6]]

        def encode(self, text):
            return [99]

    read = replace(window("He went. And slept."), tokens=(1, 2, 3, 4, 5, 6))
    assert tokens_of("And slept.", read, Tokenizer()) == [4, 5, 6]
    assert tokens_of("And wept.", read, Tokenizer()) == [99]


def test_a_span_is_transcribed_in_the_language_of_its_neighbours():
    german = line("er ging nach Hause", 0.0, language="de")
    _, looks = recovered({}, [german], [Span(0.0, 6.0)])
    assert isinstance(looks.asked[0], Asked)
    assert looks.asked[0].language == "de"
