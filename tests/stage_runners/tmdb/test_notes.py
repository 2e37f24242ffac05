from ipc.notes import FilmFacts
from stage_runners.tmdb.notes import notes


def test_the_identified_title_is_reported_with_the_reason():
    cast = {"title": "Nadi Ke Paar", "characters": 2, "chosen": {"why": "movie/71: the nfo names it"}}
    (note,) = notes(FilmFacts(facts={"tmdb": cast, "pre_ner": {"terms": 3}}))
    assert note.text == "identified on TMDB as Nadi Ke Paar (movie/71: the nfo names it), which gives 3 names"


def test_equally_likely_titles_need_review():
    (note,) = notes(
        FilmFacts(facts={"tmdb": {"not_chosen": ["two films are as likely: choose with --tmdb"]}})
    )
    assert note.text == "two films are as likely: choose with --tmdb"
    assert note.look
