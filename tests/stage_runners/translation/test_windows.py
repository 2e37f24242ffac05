from itertools import pairwise

import pytest

from stage_runners.translation.sentences import sentences
from stage_runners.translation.windows import chunks, given_back, groups
from tests.stage_runners.rows import said, segment


def spoken(*parts, language="cs"):
    """Sentences of (text, start, speaker), a word every 0.35 s."""
    segments, words = [], []
    for number, (text, start, speaker) in enumerate(parts):
        own = said(text, start, speaker=speaker, segment=number)
        segments.append(segment(number, start, own[-1]["end"], text, speaker=speaker, language=language))
        words += own
    return sentences(segments, words)


def test_neighbouring_sentences_share_a_window_until_it_is_full():
    made = groups(spoken(("Jedna dva tři.", 0, "A"), ("Čtyři pět.", 2, "B"), ("Šest.", 14.9, "A")))
    assert [[s.text for s in group] for group in made] == [["Jedna dva tři.", "Čtyři pět."], ["Šest."]]


def test_a_long_silence_separates_two_windows():
    made = groups(spoken(("Jedna dva.", 0, "A"), ("Tři čtyři.", 5, "A")))
    assert len(made) == 2


def test_two_languages_never_share_a_window():
    both = [*spoken(("Ano ano.", 0, "A")), *spoken(("Ja ja.", 1, "A"), language="de")]
    assert [group[0].language for group in groups(both)] == ["cs", "de"]


def test_a_sentence_longer_than_a_window_is_cut_and_no_word_is_lost():
    words = " ".join(f"slovo{k}" for k in range(120))
    made = groups(spoken((words, 0, "A")))
    assert all(group[-1].end - group[0].start <= 15 for group in made)
    assert " ".join(s.text for group in made for s in group) == words


def test_windows_do_not_overlap_and_stay_within_the_recording():
    made = groups(spoken(("Jedna dva.", 0.05, "A"), ("Tři.", 14, "A"), ("Pět šest.", 14.5, "B")), limit=3)
    found = chunks(made, 15.3)
    assert found[0].start >= 0
    assert found[-1].end <= 15.3
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_each_sentence_of_a_translation_takes_the_words_at_its_time():
    (group,) = groups(spoken(("Kdo je tam dole?", 0, "A"), ("Nikdo tady není.", 3, "B")))
    found = given_back(group, "Who is down there? There is nobody here.")
    assert [(s.speaker, text) for s, text in found] == [
        ("A", "Who is down there?"),
        ("B", "There is nobody here."),
    ]
    assert found[0][0].end < found[1][0].start


@pytest.mark.parametrize("text", ["One.", "One. Two. Three. Four. Five. Six. Seven.", "no mark at all"])
def test_every_word_of_the_source_and_of_the_translation_is_used_once(text):
    (group,) = groups(spoken(("Jedna dva tři.", 0, "A"), ("Čtyři pět šest.", 2, "B")))
    found = given_back(group, text)
    assert " ".join(part for _, part in found) == text
    assert sum(len(s.words) for s, _ in found) == 6


def test_an_empty_translation_gives_no_sentences():
    (group,) = groups(spoken(("Jedna.", 0, "A")))
    assert given_back(group, "") == []
