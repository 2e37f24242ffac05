from ipc.notes import FilmFacts
from stage_runners.names import notes as names
from stage_runners.naming import notes as naming


def test_a_name_given_in_the_review_replaces_the_recognised_one():
    film = FilmFacts(
        facts={
            "naming": {"named": {"SPEAKER_00": "Diane", "SPEAKER_01": "Shila"}},
            "subtitles": {"edits": {"named": {"SPEAKER_00": "Zoe"}}},
        }
    )
    (note,) = naming.notes(film)
    assert note.text == "speakers named: SPEAKER_00 is Zoe, SPEAKER_01 is Shila"


def test_of_many_corrections_the_first_are_listed():
    film = FilmFacts(facts={"post_ner": {"corrections": [f"a{k} > b{k} (1)" for k in range(9)]}})
    (note,) = names.notes(film)
    assert note.text.endswith("a3 > b3 (1) and 5 more")
