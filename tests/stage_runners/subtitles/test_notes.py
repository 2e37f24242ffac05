from ipc.notes import FilmFacts
from stage_runners.subtitles.notes import notes

NO_EDITS = {"applied": 0, "relaid": 0, "replaced": 0, "lost": 0, "where": [], "named": {}}


def texts(**facts):
    return [(note.text, note.look) for note in each(**facts)]


def each(**facts):
    return list(notes(FilmFacts(facts={name.replace("_", "-"): one for name, one in facts.items()})))


def test_a_film_without_speech_is_noted_with_its_other_tracks():
    assert texts(demux={"other_audio_tracks": ["audio track 1 (eng)"]}, subtitles={"cues": 0}) == [
        (
            (
                "no speech was found, so there are no cues; "
                "other audio tracks: audio track 1 (eng) (--audio-track N)"
            ),
            True,
        )
    ]


def test_unrecognised_speech_is_not_reported_as_silence():
    ((text, look),) = texts(asr={"empty": {"count": 3}}, subtitles={"cues": 0})
    assert text == "no word of the speech was recognised, so there are no cues"
    assert look


def test_flagged_cues_are_counted_by_their_labels():
    review = {"cues": 9, "speakers": 2, "to_review": 6, "flags": {"too_fast": 5, "silence": 1}}
    film = FilmFacts(facts={"subtitles": {"cues": 9}}, review=review)
    (note,) = notes(film)
    assert note.text == "9 cues, 2 speakers; 6 to review: 5 too fast (CPS), 1 missed speech"


def test_cues_without_a_flag_are_counted_too():
    review = {"cues": 9, "speakers": 1, "to_review": 0, "flags": {}}
    (note,) = notes(FilmFacts(facts={"subtitles": {"cues": 9}}, review=review))
    assert note.text == "9 cues, 1 speaker; none to review"


def test_a_film_that_is_written_without_subtitles_is_said_to_be():
    ((text, _),) = texts(subtitles={"cues": 0}, mux={"container": "mkv"})
    assert (
        text == "no speech was found, so there are no cues, and the film is written without a subtitle track"
    )


def test_either_poor_figure_shows_both():
    for coverage, unsupported in ((0.71, 0.02), (0.99, 0.4)):
        ((text, look),) = texts(subtitles={"coverage": coverage, "unsupported": unsupported})
        assert (
            text == f"cues cover {coverage:.0%} of the speech; {unsupported:.0%} of their time has no speech"
        )
        assert look


def test_good_coverage_is_shown_only_beside_doubts():
    good = {"coverage": 0.97, "unsupported": 0.05}
    assert texts(subtitles=good) == []
    ((text, look),) = texts(asr={"dropped": {"count": 1}}, subtitles=good)
    assert "97%" in text
    assert not look


def test_text_in_the_wrong_script_is_to_be_checked():
    ((text, look),) = texts(subtitles={"language": "hi", "in_script": 0.1})
    assert "not in a script of hi" in text
    assert look
    assert texts(subtitles={"language": "hi", "in_script": 0.9}) == []


def test_edits_are_counted_over_all_languages_and_changed_text_is_to_be_checked():
    one = NO_EDITS | {"applied": 2, "relaid": 1, "named": {"SPEAKER_00": "Zoe"}}
    other = NO_EDITS | {
        "applied": 1,
        "replaced": 1,
        "lost": 2,
        "where": [61.5],
        "named": {"SPEAKER_00": "Zoe"},
    }
    (note,) = each(subtitles={"edits": one})
    assert (
        note.text == "your changes were applied: 2 edits and the name Zoe, 1 of them over new cue boundaries"
    )
    assert note.command == "edits"
    assert texts(subtitles={"edits": one}, subtitles_en={"edits": other})[1:] == [
        ("the transcript has changed at 1 edit of yours (1:01); your text was kept, please check it", True),
        ("2 edits of yours outside this clip, kept for the whole film", False),
    ]
