from ipc.notes import FilmFacts
from stage_runners.media.notes import notes


def look(chosen, others=(), *, doubtful=False):
    facts = {"demux": {
        "audio_track_chosen": chosen, "audio_track_doubtful": doubtful, "other_audio_tracks": list(others),
    }}  # fmt: skip
    return [(note.text, note.look) for note in notes(FilmFacts(facts=facts))]


def test_the_track_is_named_if_the_film_has_several():
    assert look("audio track 0 (fra): the default one", ["audio track 1 (eng)"]) == [
        ("audio: audio track 0 (fra): the default one", False)
    ]
    assert look("audio track 0") == []


def test_a_language_that_no_track_has_is_to_be_checked():
    assert look("audio track 0 (fra): no track is marked as de", doubtful=True)[0][1]


def test_the_channel_is_named_and_a_doubtful_one_is_to_be_checked():
    def of(doubtful):
        facts = {"audio_channel": "left channel: why", "audio_channel_doubtful": doubtful}
        return [(note.text, note.look) for note in notes(FilmFacts(facts={"demux": facts}))]

    assert of(doubtful=False) == [("audio: left channel: why", False)]
    ((text, look_at),) = of(doubtful=True)
    assert look_at
    assert "--audio-channel" in text


def test_tracks_that_may_be_people_are_named_with_the_option():
    facts = {"demux": {"perhaps_people": ["Anna", "audio track 1 (flac, mono)"]}}
    ((text, look_at),) = [(note.text, note.look) for note in notes(FilmFacts(facts=facts))]
    assert look_at
    assert "(Anna, audio track 1 (flac, mono)): --speakers-by-track" in text
