from orchestrator.views import film_notes


def film(**facts):
    stages = [
        {"stage": stage.replace("_en", "-en"), "facts": told, "model": "base"}
        for stage, told in facts.items()
    ]
    return {"path": "/films/Nadi Ke Paar.mkv", "stages": stages}


def told(**facts):
    return [text for text, _ in film_notes.sentences(film(**facts))]


def doubtful(**facts):
    return [text for text, look in film_notes.sentences(film(**facts)) if look]


def test_a_film_of_which_nothing_is_known_needs_no_sentence():
    assert told(asr={}, naming={"named": {}}, subtitles={"cues": 3}) == []


def test_which_film_it_is_taken_for_is_said_with_the_reason():
    cast = {"title": "Nadi Ke Paar", "characters": 2, "chosen": {"why": "movie/71: the nfo names it"}}
    assert told(tmdb=cast, pre_ner={"terms": 3}) == [
        "taken for Nadi Ke Paar, TMDB's movie/71: the nfo names it: 3 names to expect"
    ]


def test_films_that_it_may_be_as_well_are_to_be_looked_at():
    assert doubtful(tmdb={"not_chosen": ["two films are as likely: --tmdb says which"]}) == [
        "two films are as likely: --tmdb says which"
    ]


def test_every_name_that_was_changed_is_said_and_how_to_undo_it():
    found = told(
        asr={"bias": {"changed": [{"from": "Diana", "to": "Diane"}]}},
        post_ner={"corrections": ["Shila > Sheila (2)"]},
        naming={"named": {"SPEAKER_00": "Diane"}},
    )
    assert found == [
        "heard again with the names in mind: Diana > Diane",
        "names set right: Shila > Sheila (2)",
        "voices: SPEAKER_00 is Diane",
        "why, and how to undo it: orchestrator names '/films/Nadi Ke Paar.mkv'",
    ]


def test_of_many_names_the_first_are_said():
    many = [f"a{k} > b{k} (1)" for k in range(9)]
    assert told(post_ner={"corrections": many})[0].endswith("a3 > b3 (1) and 5 more")


def test_a_model_that_does_not_know_the_language_is_said_with_what_to_use_instead():
    (sentence,) = doubtful(asr={"language": "hi", "avg_logprob": -0.9})
    assert "base is poor at hi" in sentence
    assert "large-v3" in sentence
    assert not doubtful(asr={"language": "en", "avg_logprob": -0.19})


def test_the_languages_of_a_film_with_several_are_said_with_their_shares():
    assert told(asr={"languages": {"de": 0.28, "en": 0.72}}) == [
        "several languages are spoken: en 72%, de 28%; --language says that it is one"
    ]
    assert told(asr={"languages": {"en": 1.0}}) == []


def test_a_text_in_letters_of_another_language_is_said():
    (sentence,) = doubtful(subtitles={"language": "hi", "in_script": 0.1})
    assert "not written as hi is" in sentence
    assert told(subtitles={"language": "hi", "in_script": 0.9}) == []


def test_lines_of_a_translation_that_look_wrong_are_counted_with_the_first():
    marked = {"count": 2, "by": {}, "first": [{"time": 83.2, "fault": "empty"}]}
    assert doubtful(translation_en={"target": "en", "lines": 40, "lines_marked": marked}) == [
        "of 40 lines in en, 2 look wrong: the first at 1:23 (empty)"
    ]


def test_a_film_that_is_in_the_language_already_is_said_so():
    assert told(translation_en={"target": "en", "same_language": True}) == [
        "it is in en already: nothing was translated"
    ]


def test_edits_are_said_to_be_kept_and_those_over_something_else_are_to_be_looked_at():
    one = {"applied": 2, "relaid": 1, "replaced": 0, "lost": 0, "where": [], "named": {"SPEAKER_00": "Zoe"}}
    other = {
        "applied": 1,
        "relaid": 0,
        "replaced": 1,
        "lost": 2,
        "where": [61.5],
        "named": {"SPEAKER_00": "Zoe"},
    }
    assert told(subtitles={"edits": one}) == [
        (
            "yours, and kept: 2 edits and the name Zoe, 1 of them over cues that are cut otherwise now "
            "(orchestrator edits '/films/Nadi Ke Paar.mkv')"
        )
    ]
    assert doubtful(subtitles={"edits": one}, subtitles_en={"edits": other}) == [
        (
            "1 edit of yours where something else is heard now: 1:01; yours stands, look at it with orchestrator review "
            "'/films/Nadi Ke Paar.mkv'"
        )
    ]
    assert "2 edits of yours outside of what was run: kept for the whole film" in told(
        subtitles={"edits": other}
    )


def test_a_voice_that_was_named_in_the_review_is_called_so():
    edits = {"applied": 0, "relaid": 0, "replaced": 0, "lost": 0, "where": [], "named": {"SPEAKER_00": "Zoe"}}
    found = told(naming={"named": {"SPEAKER_00": "Diane"}}, subtitles={"edits": edits})
    assert "voices: SPEAKER_00 is Zoe" in found
    assert not any("Diane" in one for one in found)
