import pytest

from ipc.notes import FilmFacts
from stage_runners.asr.notes import notes, spoken_language

CLEAN = {name: {"count": 0, "seconds": 0.0} for name in ("dropped", "flagged", "recovered", "empty")}


def texts(asr, **others):
    return [(note.text, note.look) for note in notes(film(asr, **others))]


def film(asr, model="base", **others):
    return FilmFacts(facts={"asr": asr, **others}, models={"asr": model})


def test_nothing_is_noted_if_nothing_is_doubtful():
    assert texts(CLEAN) == []
    assert texts({}) == []


def test_dropped_lines_and_missed_speech_need_review():
    asr = CLEAN | {"dropped": {"count": 2, "seconds": 3.0}, "empty": {"count": 1, "seconds": 4.2}}
    assert texts(asr, subtitles={"cues": 9}) == [
        (
            (
                "left out 2 lines as likely hallucinations, "
                "no words recognised in 1 place with speech (4 s); "
                "the JSON file lists them under doubts"
            ),
            True,
        )
    ]


def test_a_line_from_the_second_pass_needs_no_check():
    asr = CLEAN | {"recovered": {"count": 1, "seconds": 2.0}}
    assert texts(asr) == [("1 line found only on the second pass", False)]


def test_places_without_a_second_pass_are_counted():
    asr = CLEAN | {"second_looks": {"taken": 9, "most": 9, "missed": 4}}
    assert texts(asr) == [("no second pass over 4 places more, to save time", False)]


def test_a_weak_model_is_named_with_better_ones():
    ((text, look),) = texts({"language": "hi", "avg_logprob": -0.9})
    assert "base is weak in this language (hi)" in text
    assert "large-v3" in text
    assert look
    assert texts({"language": "en", "avg_logprob": -0.19}) == []


def test_the_languages_of_a_mixed_film_are_listed_by_share():
    assert texts({"languages": {"de": 0.28, "en": 0.72}}) == [
        ("several languages: en 72%, de 28%; if the film has only one, set it with --language", False)
    ]
    assert texts({"languages": {"en": 1.0}}) == []


def test_an_uncertain_language_is_to_be_checked_unless_nothing_was_said():
    asr = {"language": "la", "language_probability": 0.31}
    assert texts(asr) == [("the language is uncertain: la (31%); set it with --language", True)]
    assert texts(asr, subtitles={"cues": 0}) == []


def test_names_that_recognition_was_biased_to_are_listed():
    (note,) = notes(film({"bias": {"changed": [{"from": "Diana", "to": "Diane"}]}}))
    assert note.text == "recognised again with the film's names: Diana > Diane"
    assert note.command == "names"


@pytest.mark.parametrize(
    ("probability", "model", "shown"),
    [
        (0.981, "base", "en (detected, 98%)"),
        (None, "base", "en (given)"),
        (1.0, "tiny.en", "en (the model's only language)"),
    ],
)
def test_the_language_is_shown_with_how_it_is_known(probability, model, shown):
    facts = film({"language": "en", "language_probability": probability}, model)
    assert spoken_language(facts, "en") == shown


def test_a_silent_film_has_no_language():
    assert spoken_language(film({}, subtitles={"cues": 0}), "en") == ""


def test_a_text_in_another_language_than_the_given_one_needs_a_look():
    asr = CLEAN | {"language": "de", "text_language": "en"}
    assert [(note.text, note.look) for note in notes(film(asr, "parakeet"))] == [
        (
            ("the text is in en, though --language says de: parakeet writes the language that it hears"),
            True,
        )
    ]


def test_names_that_an_engine_cannot_use_are_noted():
    asr = CLEAN | {"names_unused": True}
    assert [(note.text, note.look) for note in notes(film(asr, "parakeet"))] == [
        ("the film's names did not help recognition: parakeet takes no hints", False)
    ]
