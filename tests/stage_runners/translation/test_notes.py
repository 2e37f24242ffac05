from ipc.notes import FilmFacts
from stage_runners.translation.notes import notes


def texts(**facts):
    return [(note.text, note.look) for note in notes(FilmFacts(facts={"translation-en": facts}))]


def test_lines_that_look_wrong_are_counted_and_the_first_is_named():
    marked = {"count": 2, "by": {}, "first": [{"time": 83.2, "fault": "empty"}]}
    assert texts(target="en", lines=40, lines_marked=marked) == [
        ("2 of 40 lines in en look wrong, the first at 1:23 (empty)", True)
    ]


def test_a_film_in_the_target_language_needs_no_translation():
    assert texts(target="en", same_language=True) == [
        ("the film is in en, so there was nothing to translate", False)
    ]


def test_a_rough_translation_is_noted_with_better_models():
    ((text, look),) = texts(target="en", lines=40, rough="Whisper base translates roughly")
    assert text.startswith("Whisper base translates roughly; a larger model")
    assert look
