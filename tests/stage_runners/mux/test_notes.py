from ipc.notes import FilmFacts
from stage_runners.burn import notes as burn
from stage_runners.mux.notes import notes


def texts(**facts):
    return [note.text for note in notes(FilmFacts(facts={"mux": facts}))]


def test_a_replaced_track_is_named():
    assert texts(replaced=["subtitle track 0 (eng, subrip)"]) == [
        "the new film has our subtitles in place of subtitle track 0 (eng, subrip)"
    ]
    assert texts(subtitle_languages=["en"]) == []


def test_the_default_track_is_named_if_it_is_another_or_was_another():
    assert texts(default_elsewhere="subtitle track 0 (fre)") == [
        "players still show subtitle track 0 (fre) by default; --default-subtitles shows ours"
    ]
    assert texts(default_elsewhere="none") == ["players show no subtitles by default"]
    assert texts(no_longer_default=["subtitle track 0 (fre)"]) == [
        "players show our subtitles by default, no longer subtitle track 0 (fre)"
    ]


def test_the_fonts_of_burned_subtitles_are_named():
    film = FilmFacts(facts={"burn": {"burned_language": "en", "fonts": ["DejaVu Sans"]}})
    assert [note.text for note in burn.notes(film)] == ["burned in: subtitles in en (font: DejaVu Sans)"]


def test_sound_that_was_written_anew_is_named():
    assert texts(written_without_loss=["audio track 0 (pcm_bluray) as PCM"]) == [
        (
            "the new film has audio track 0 (pcm_bluray) as PCM, without loss: its container has no other "
            "place for it"
        )
    ]
    film = FilmFacts(facts={"burn": {"written_without_loss": ["audio track 0 (pcm_dvd) as PCM"]}})
    assert [note.text for note in burn.notes(film)] == [
        "the film with burned-in subtitles has audio track 0 (pcm_dvd) as PCM, without loss"
    ]
