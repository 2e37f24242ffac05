"""The track that is transcribed: by flags, by titles in many languages, and by whether it speaks."""

from types import SimpleNamespace

import numpy as np
import pytest

from ipc.errors import StageError
from stage_runners.media import demux
from stage_runners.media.probe import Film, Track
from stage_runners.media.track_choice import about_the_film, choose, dubbed, instead, original
from tests.stage_runners import films
from tests.stage_runners.media.test_channels import talk

ABOUT = (
    "Director's Commentary", "Commentaire du réalisateur", "Audiokommentar", "Commento del regista",
    "Comentario del director", "Komentář režiséra", "Kommentarspår", "Комментарии создателей", "監督解説",
    "导演评论", "Audiodescription", "Audio Description", "Audiodeskription", "Hörfilmfassung",
    "Audiodescrizione", "Descriptive Video Service", "English [AD]", "Syntolkning", "Тифлокомментарий",
    "Music & Effects", "Isolated Score", "Karaoke",
)  # fmt: skip
DUBS = (
    "Doublage français", "VF", "VFF", "French dub", "English (Dubbed)", "Deutsche Synchronfassung",
    "Doppiaggio italiano", "Doblaje latino", "Dublado", "Český dabing", "Polski lektor", "Дубляж",
    "Многоголосый закадровый", "日本語吹替", "国语配音", "한국어 더빙", "Magyar szinkron",
)  # fmt: skip
PLAIN = ("", "Stereo", "5.1 DTS-HD MA", "English", "Français", "VO", "VOST", "Version originale", "Surround",
         "Originalton", "Dubai", "Advanced audio")  # fmt: skip


def sound(number, **facts):
    return Track(index=number + 1, number=number, type="audio", codec="aac", channels=2, **facts)


def of(*tracks):
    return Film(format="matroska", start=0.0, seconds=60.0, tracks=tracks)


def number(*tracks, asked=None, language=None):
    return choose(of(*tracks), asked, language, "film").track.number


def test_titles_tell_commentary_and_dubs_in_many_languages():
    assert [title for title in ABOUT if not about_the_film(sound(0, title=title))] == []
    assert [title for title in DUBS if not dubbed(sound(0, title=title))] == []
    assert [t for t in PLAIN if about_the_film(sound(0, title=t)) or dubbed(sound(0, title=t))] == []
    assert original(sound(0, title="VO"))
    assert original(sound(0, purposes=("original",)))


@pytest.mark.parametrize("title", ["Director's Commentary", "Audiodescription", "Doublage français"])
def test_a_track_known_by_its_title_is_not_chosen_though_it_is_the_default_one(title):
    tracks = (sound(0, default=True, title=title), sound(1))
    assert number(*tracks) == 1
    assert number(*tracks, asked=0) == 0
    assert number(sound(0, title=title)) == 0


def test_a_dub_is_chosen_if_its_language_was_asked_for_or_nothing_else_is_there():
    dub = sound(0, default=True, title="Doublage français", language="fra")
    assert number(dub, sound(1, language="eng"), language="fr") == 0
    assert number(dub, sound(1, title="Commentary")) == 0
    assert "dubs" in choose(of(dub, sound(1)), None, None, "film").why


def test_the_original_wins_among_tracks_without_a_default():
    assert number(sound(0), sound(1, title="VO")) == 1
    assert number(sound(0, default=True), sound(1, title="VO")) == 0


def test_a_track_with_a_language_in_each_channel_has_both():
    assert number(sound(0, language="fra"), sound(1, language="deu,eng"), language="en") == 1


def test_a_speechless_track_is_replaced_by_none_of_another_language_than_the_requested_one():
    film = of(sound(0, language="eng"), sound(1, language="fra"), sound(2, title="Commentary"), sound(3))
    assert [track.number for track in instead(film, film.tracks[0], None)] == [1, 3]
    assert instead(film, film.tracks[0], "en") == []


env = pytest.mark.env("media")


def speech(path, rate=48_000):
    import wave

    samples = np.repeat(talk(1), rate // 8000)
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(rate)
        sink.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@env
@pytest.mark.parametrize("silence", ["anullsrc=cl=mono:d=24", "sine=440:d=24"])
def test_a_default_track_without_speech_gives_way_to_one_that_speaks(tmp_path, silence):
    film = films.make(
        "-f", "lavfi", "-i", silence, "-i", speech(tmp_path / "talk.wav"), "-map", "0", "-map", "1",
        "-c:a", "flac", "-disposition:a:0", "default", tmp_path / "film.mkv",
    )  # fmt: skip
    done, samples = films.demux(film, tmp_path / "out")
    text = done.stdout + done.stderr
    assert np.abs(samples).max() > 3000
    assert "audio track 1 (flac, mono): audio track 0 (flac, mono) has no speech that could be found" in text
    _, asked = films.demux(film, tmp_path / "asked", audio_track=0)
    assert len(asked) == 24 * films.LISTEN


@env
def test_the_channel_in_the_requested_language_is_taken(tmp_path):
    first, second = speech(tmp_path / "one.wav"), tmp_path / "two.wav"
    films.make("-i", first, "-af", "areverse", second)
    film = films.make(
        "-i", first, "-i", second, "-filter_complex", "[0][1]amerge,aformat=channel_layouts=stereo[out]",
        "-map", "[out]", "-c:a", "mp2", "-metadata:s:a:0", "language=deu,eng", tmp_path / "film.ts",
    )  # fmt: skip
    done, _ = films.demux(film, tmp_path / "out")
    assert "left channel: both channels speak at once" in done.stdout + done.stderr
    done, _ = films.demux(film, tmp_path / "english", language="en")
    assert "right channel: both channels speak at once" in done.stdout + done.stderr
    assert "marked as eng" in done.stdout + done.stderr


@pytest.mark.parametrize(("category", "ends"), [("input", False), ("cancelled", True), ("storage", True)])
def test_another_track_that_cannot_be_read_is_passed_over_but_a_request_to_stop_is_not(category, ends):
    film = of(sound(0), sound(1))
    first, silent = choose(film, None, None, "film"), SimpleNamespace(samples=np.zeros(16000 * 8, np.int16))

    def read(_):
        raise StageError(category, "no")

    reading = SimpleNamespace(context=SimpleNamespace(params={}), film=film, sound=read)
    if ends:
        with pytest.raises(StageError, match="no"):
            demux._speaking(reading, first, silent)
    else:
        assert demux._speaking(reading, first, silent) == (first, silent)
