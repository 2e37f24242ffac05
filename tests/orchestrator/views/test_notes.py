from orchestrator.views.notes import NOTES, notes, spoken_language
from tests.test_boundaries import ROOT


def film(**facts):
    stages = [{"stage": name, "facts": one, "model": "base"} for name, one in facts.items()]
    return {"path": "/films/Nadi Ke Paar.mkv", "language": "en", "stages": stages}


def test_the_command_that_undoes_names_is_shown_once():
    texts = [
        note.text
        for note in notes(
            film(
                asr={"bias": {"changed": [{"from": "Diana", "to": "Diane"}]}},
                post_ner={"corrections": ["Shila > Sheila (2)"]},
                naming={"named": {"SPEAKER_00": "Diane"}},
            )
        )
    ]
    assert texts == [
        "recognised again with the film's names: Diana > Diane",
        "names corrected: Shila > Sheila (2)",
        "speakers named: SPEAKER_00 is Diane",
        "details, and how to undo it: orchestrator names '/films/Nadi Ke Paar.mkv'",
    ]


def test_a_film_without_facts_has_no_notes():
    assert list(notes(film(asr={}, naming={"named": {}}, subtitles={}))) == []


def test_the_language_is_read_from_the_facts_of_recognition():
    assert spoken_language(film(asr={"language_probability": 0.98})) == "en (detected, 98%)"


def test_every_room_with_notes_is_shown():
    rooms = {path.parent.name for path in (ROOT / "stage_runners").glob("*/notes.py")}
    assert rooms == {module.__name__.split(".")[1] for module in NOTES}
