"""Sentences, their times, checks and names: what translation does to text before and after a model."""
# ruff: noqa: RUF001 - text of many scripts

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.text import scripts as languages
from stage_runners.text.iso639 import LANGUAGES
from stage_runners.translation import quality_checks as checks
from stage_runners.translation.placeholders import GlossaryNames, missing, shown
from stage_runners.translation.sentences import TimedWord, sentences, text_of
from stage_runners.translation.spread_times import spread
from stage_runners.translation.thresholds import SENTENCES
from tests.stage_runners.rows import said, segment, word


def rows(*lines, language="en"):
    """Segments and words, a segment a line: (text, start, speaker)."""
    words, segments = [], []
    for k, (text, at, who) in enumerate(lines):
        own = said(text, at, speaker=who, segment=k)
        words += own
        segments.append(segment(k, at, own[-1]["end"], text, speaker=who, language=language))
    return segments, words


def texts(*lines, **more):
    return [s.text for s in sentences(*rows(*lines, **more))]


# Sentences


def test_a_sentence_continues_over_segments_until_it_ends():
    assert texts(
        ("I was in the car,", 0.0, "A"), ("and then I left. Then", 2.0, "A"), ("it rained.", 4.0, "A")
    ) == [
        "I was in the car, and then I left.",
        "Then it rained.",
    ]


def test_a_speaker_change_ends_a_sentence_but_a_word_without_a_speaker_does_not():
    assert texts(("I was", 0.0, "A"), ("so was I", 1.0, "B")) == ["I was", "so was I"]
    segments, words = rows(("I was in the car.", 0.0, "A"))
    words[2]["speaker"] = None
    assert [s.text for s in sentences(segments, words)] == ["I was in the car."]
    assert sentences(segments, words)[0].speaker == "A"


def test_a_pause_ends_an_unpunctuated_sentence_and_must_be_longer_after_a_comma():
    assert texts(("yes", 0.0, None), ("no", 1.8, None)) == ["yes", "no"]
    assert texts(("yes,", 0.0, None), ("no", 1.8, None)) == ["yes, no"]
    assert texts(("yes,", 0.0, None), ("no", 4.0, None)) == ["yes,", "no"]


def test_a_pause_without_a_mark_does_not_end_a_sentence_in_a_punctuated_transcript():
    said_so = [
        ("That is so.", 0.0, None),
        ("I said it.", 3.0, None),
        ("because", 6.0, None),
        ("it is.", 7.9, None),
    ]
    assert texts(*said_so) == ["That is so.", "I said it.", "because it is."]
    assert texts(*said_so[2:3], ("it is", 7.9, None)) == ["because", "it is"]


def test_a_language_change_ends_a_sentence():
    segments, words = rows(("I was", 0.0, None), ("im Auto", 0.8, None))
    segments[1]["language"] = "de"
    assert [(s.text, s.language) for s in sentences(segments, words)] == [("I was", "en"), ("im Auto", "de")]


def test_a_sentence_that_never_ends_is_cut_at_its_clauses_and_loses_nothing():
    text = ", ".join(["this goes on and on and does not end"] * 20)
    found = texts((text, 0.0, None))
    assert all(len(piece) <= SENTENCES.longest for piece in found)
    assert all(piece.endswith(",") for piece in found[:-1])
    assert " ".join(found) == text


def test_a_segment_without_words_is_split_into_sentences_with_estimated_times():
    found = sentences([segment(0, 1.0, 3.0, "Come here. Now!")], [])
    assert [(s.text, s.start) for s in found] == [("Come here.", 1.0), ("Now!", pytest.approx(2.39, abs=0.1))]


def test_text_without_spaces_is_joined_without_any():
    words = [
        word(char, k * 0.2, k * 0.2 + 0.2, space=False, segment=k // 4)
        for k, char in enumerate("どこにいたの。車の中だ。")
    ]
    segments = [segment(k, k * 0.8, k * 0.8 + 0.8, "", language="ja") for k in range(3)]
    assert [s.text for s in sentences(segments, words)] == ["どこにいたの。", "車の中だ。"]


def test_every_word_is_in_one_sentence_in_order():
    generator = np.random.default_rng(5)
    for _ in range(50):
        parts = ["so", "it,", "was.", "then", "what?", "and", "…"]
        lines, at = [], 0.0
        for _ in range(int(generator.integers(1, 8))):
            text = " ".join(generator.choice(parts, int(generator.integers(1, 40))))
            lines.append((text, at, generator.choice(["A", "B"])))
            at += len(text.split()) * 0.35 + float(generator.uniform(0, 4))
        segments, words = rows(*lines)
        found = sentences(segments, words)
        assert [w.text for s in found for w in s.words] == [w["text"] for w in words]
        starts = [s.start for s in found]
        assert starts == sorted(starts)


# Times


def spoken(text, start=0.0, each=0.3, gap=0.05):
    return [TimedWord(w["text"], w["space"], w["start"], w["end"]) for w in said(text, start, each, gap)]


def test_words_share_the_spoken_time_by_length():
    words = spoken("ein zwei drei vier")
    found = spread(words, "one two three four")
    assert [(w.text, w.space) for w in found] == [
        ("one", True),
        ("two", True),
        ("three", True),
        ("four", True),
    ]
    assert found[0].start == words[0].start
    assert found[-1].end == pytest.approx(words[-1].end)
    lengths = [w.end - w.start for w in found]
    assert lengths[0] == pytest.approx(lengths[1])
    assert lengths[2] == pytest.approx(lengths[0] * 5 / 3)


def test_no_word_is_in_a_pause():
    words = spoken("Warte mal,", 0.0) + spoken("ich komme.", 5.0)
    found = spread(words, "Wait a moment, I am coming.")
    pause = (words[1].end, words[2].start)
    assert all(w.end <= pause[0] + 1e-9 or w.start >= pause[1] - 1e-9 for w in found)
    assert any(w.start >= 5.0 for w in found)


def test_clauses_of_matching_lengths_keep_their_times():
    words = spoken("Als ich endlich zu Hause war,", 0.0) + spoken("schlief sie schon.", 4.0)
    found = spread(words, "When I had got home at last, she was asleep.")
    comma = next(k for k, w in enumerate(found) if w.text == "last,")
    assert found[comma].end == pytest.approx(words[5].end)
    assert found[comma + 1].start == pytest.approx(4.0)


def test_scripts_without_spaces_are_cut_into_pieces_for_line_breaks():
    found = spread(spoken("Where were you?"), "どこにいたの OK ね")
    assert [w.text for w in found] == ["ど", "こ", "に", "い", "た", "の", "OK", "ね"]
    assert [w.space for w in found] == [False] * 6 + [True, True]


def test_word_times_increase_and_stay_within_the_sentence():
    generator = np.random.default_rng(7)
    for _ in range(200):
        words, at = [], 0.0
        for _ in range(int(generator.integers(1, 20))):
            length = float(generator.choice([0.0, 0.1, 0.4]))
            text = str(generator.choice(["so", "it,", "was.", "however;"]))
            words.append(TimedWord(text, space=True, start=at, end=at + length))
            at += length + float(generator.choice([0.0, 0.0, 0.2, 2.0]))
        text = " ".join(
            generator.choice(["ja", "nein,", "doch", "vielleicht."], int(generator.integers(1, 20)))
        )
        found = spread(words, text)
        starts = [w.start for w in found]
        assert starts == sorted(starts)
        assert all(words[0].start <= w.start <= w.end <= max(s.end for s in words) for w in found)
        assert " ".join(w.text for w in found) == text


# Checks


@pytest.mark.parametrize(
    ("source", "text", "pair", "found"),
    [
        ("Kde jsi byl?", "Where have you been?", ("cs", "en"), []),
        ("Kde jsi byl?", "", ("cs", "en"), ["empty"]),
        ("Kde jsi byl?", "...", ("cs", "en"), ["empty"]),
        ("...", "...", ("cs", "en"), []),
        (
            "Ano.",
            "Yes, of course I was there, and so were you, and so was he, was he not?",
            ("cs", "en"),
            ["runaway"],
        ),
        ("Ne, ne, ne, ne, ne, ne!", "No, no, no, no, no, no!", ("cs", "en"), []),
        ("Ne, to ne.", "No, no, no, no, no, no.", ("cs", "en"), ["repeated"]),
        (
            "Tak to je ale hodně zvláštní věc.",
            "It is a thing it is a thing it is a thing.",
            ("cs", "en"),
            ["repeated"],
        ),
        ("Kde jsi byl?", "Где ты был?", ("cs", "en"), ["script"]),
        ("तुम कहाँ थे?", "Where were you?", ("hi", "en"), []),
        ("Where were you?", "तुम कहाँ थे?", ("en", "hi"), []),
        ("Where were you?", "Where were you?", ("en", "hi"), ["script", "copy"]),
        ("Where were you?", "Where were you?", ("en", "de"), ["copy"]),
        ("Taxi!", "Taxi!", ("en", "de"), []),
        ("James Bond.", "James Bond.", ("en", "de"), []),
        (
            "I have not seen you for a very long time, my dear old friend.",
            "很久没见到你了，我亲爱的老朋友。",
            ("en", "zh"),
            [],
        ),
        (
            "很久没见到你了，我亲爱的老朋友。",
            "I have not seen you for a very long time, my dear old friend.",
            ("zh", "en"),
            [],
        ),
        (
            "A" + "nd so it went on and on, day after day, night after night, year after year.",
            "Ja.",
            ("en", "de"),
            ["short"],
        ),
        ("Kde je Aditi?", "Aditi कहाँ है?", ("cs", "hi"), ["script"]),
        ("Ha ha ha ha!", "Ha ha ha ha!", ("en", "de"), []),
        ("Hahahahaha", "ははははははははははははは", ("en", "ja"), ["repeated"]),
    ],
)
def test_faults_are_detected_unless_the_source_has_them_too(source, text, pair, found):
    assert checks.faults(source, text, *pair) == found


def test_a_loop_is_cut_to_one_phrase():
    assert (
        checks.unlooped("Well, I go and I go and I go and I go and I go home.") == "Well, I go and I go home."
    )
    assert checks.unlooped("no no no no no no") == "no"
    assert checks.unlooped("It was fine, it was fine.") == "It was fine, it was fine."


def test_equal_translations_of_different_lines_are_detected_unless_they_are_short():
    sources = ["eins", "zwei", "drei", "vier"]
    assert checks.repeated_lines(sources, ["I do not know that.", "I do not know that!"] * 2) == [0, 1, 2, 3]
    assert checks.repeated_lines(sources, ["Yes."] * 4) == []
    assert checks.repeated_lines(["eins"] * 4, ["I do not know that."] * 4) == []


# Names


def names(target, *entries, lower=()):
    rows = [
        {"term": term, "kind": kind, "weight": 0.9, "variants": list(variants)}
        for term, kind, *variants in entries
    ]
    return GlossaryNames(rows, target, frozenset(lower))


def test_a_name_becomes_a_placeholder_and_is_written_as_the_glossary_says():
    found = names("en", ("Aditi", "given", "अदिति"), ("Mumbai", "place", "मुंबई"))
    hidden = found.hide("अदिति मुंबई में है, अदिति!", "XQ{}")
    assert hidden.text == "XQ1 XQ2 में है, XQ1!"
    assert shown("XQ1 is in xq 2, XQ१!", hidden, "XQ{}") == ("Aditi is in Mumbai, Aditi!", 0)
    assert shown("She is in XQ2!", hidden, "XQ{}") == ("She is in Mumbai!", 1)
    assert shown("XQ11 is in XQ2!", hidden, "XQ{}")[1] == 1


def test_a_name_is_written_in_the_script_of_the_target_or_left_to_the_model():
    assert names("hi", ("Aditi", "given", "अदिति")).hide("Aditi is here.", "#N{}").names == (("अदिति",),)
    assert names("hi", ("Aditi", "given")).hide("Aditi is here.", "#N{}").text == "Aditi is here."


def test_a_part_of_a_word_and_an_ordinary_word_are_not_names():
    found = names("en", ("Rose", "given"), ("Ram", "given", "राम"), lower={"rose"})
    assert found.hide("The rose and Rosemary, ramble on.", "XQ{}").names == ()
    assert found.hide("Rose to the top, he did.", "XQ{}").names == ()
    assert found.hide("I saw Rose there.", "XQ{}").text == "I saw XQ1 there."
    assert found.hide("रामायण", "XQ{}").names == ()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("He said: Will you?", "He said: Will you?"),
        ("NO, I WILL NOT.", "NO, I WILL NOT."),
        ("RAJ, I WILL NOT.", "XQ1, I WILL NOT."),
    ],
)
def test_a_capital_after_a_colon_or_in_capitals_does_not_make_an_ordinary_word_a_name(text, hidden):
    found = names("en", ("Will", "given"), ("No", "family"), ("Raj", "given"), lower={"will", "no"})
    assert found.hide(text, "XQ{}").text == hidden


def test_an_inflected_name_counts_as_present_and_another_word_does_not():
    assert missing("Viděl jsem Evu.", [("Eva",)]) == 0
    assert missing("Viděl jsem Roberta.", [("Robert",)]) == 0
    assert missing("Jose was here.", [("José",)]) == 0
    assert missing("Everybody saw it.", [("Eva",)]) == 1


# Languages


def test_hindi_in_arabic_letters_is_read_as_urdu():
    assert languages.as_written("hi", "میں کل گھر گیا تھا") == "ur"
    assert languages.as_written("ur", "मैं कल घर गया था") == "hi"
    assert languages.as_written("hi", "मैं कल घर गया था") == "hi"
    assert languages.as_written("hi", "OK") == "hi"
    assert languages.as_written("cs", "Где ты был?") == "cs"


def test_every_language_of_whisper_has_scripts_and_all_but_three_a_code():
    assert {code for code in LANGUAGES if languages.flores(code) is None} == {"br", "haw", "la"}
    assert all(languages.scripts(code) for code in LANGUAGES)
    assert languages.flores("ces") == "ces_Latn"
    assert text_of([TimedWord("a", space=True, start=0.0, end=1.0)]) == "a"
