"""The stage demux with a track or a channel for each speaker."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import open_audio, read
from stage_runners.media.probe import Film, Track
from stage_runners.media.speakers_apart import in_a_row, mixed, perhaps_people
from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

env = pytest.mark.env("media")
ON_TIME = 0.002


def pcm(*values):
    return np.array(values, np.int16)


def test_the_mix_is_the_sum_and_softer_only_if_it_would_clip(tmp_path):
    assert mixed([pcm(100, 200), pcm(1, 2, 3)], tmp_path / "mix").tolist() == [101, 202, 3]
    loud = mixed([pcm(30000, -30000, 100), pcm(30000, -30000)], tmp_path / "loud")
    assert loud.tolist() == [32767, -32767, 55]


def test_voices_lie_one_after_another_padded_to_the_longest(tmp_path):
    assert in_a_row([pcm(1), pcm(2, 3, 4), pcm()], tmp_path / "v").tolist() == [1, 0, 0, 2, 3, 4, 0, 0, 0]


def film_of(*tracks, picture=False):
    """A film with audio tracks: (title, language, channels)."""
    sound = [
        Track(index=k, number=k, type="audio", codec="aac", title=title, language=language, channels=channels)
        for k, (title, language, channels) in enumerate(tracks)
    ]
    video = [Track(index=9, number=0, type="video", codec="h264")] if picture else []
    return Film(format="mov", start=0.0, seconds=10.0, tracks=(*sound, *video))


def test_tracks_may_be_people_if_they_have_names_or_nothing_else_is_there():
    named = (("Anna", "", 2), ("Ben's mic", "", 2))
    assert perhaps_people(film_of(*named, picture=True)) == ["Anna", "Ben"]
    mono = (("Anna", "eng", 1), ("", "eng", 1))
    assert perhaps_people(film_of(*mono)) == ["Anna", "audio track 1 (eng, aac, mono)"]
    assert perhaps_people(film_of(*mono, picture=True)) == []
    assert perhaps_people(film_of(("LostFilm", "rus", 2), ("Amedia", "rus", 6), picture=True)) == []
    assert perhaps_people(film_of(("Anna", "", 1), ("Commentary", "", 1))) == []


def demux(film, folder, **params):
    """Run the stage; returns the process, the mix, the voices, and the table of titles."""
    folder.mkdir()
    done, out = run_stage("demux", {"film": film}, folder, params, "media")
    if done.returncode:
        return done, None, None, None
    titles = read(out / "titles.parquet", "speakers").rows()
    audio = open_audio(out / "audio.arrow").samples
    voices = open_audio(out / "voices.arrow").samples
    return done, audio, voices.reshape(len(titles), -1) if titles else voices, titles


@pytest.fixture(scope="module")
def podcast(tmp_path_factory):
    """Three tracks: Anna, Ben, who is 0.7 s late, and a commentary."""
    folder = tmp_path_factory.mktemp("podcast")
    anna = films.recording(folder / "anna.wav", (1.0, 4.0))
    ben = films.recording(folder / "ben.wav", (2.0, 5.0), seconds=8.0)
    return films.make(
        "-i", anna, "-itsoffset", "0.7", "-i", ben, "-i", anna, "-map", "0", "-map", "1", "-map", "2",
        "-c:a", "flac", "-metadata:s:a:0", "title=Anna's mic", "-metadata:s:a:1", "title=Ben",
        "-metadata:s:a:2", "title=Commentary", folder / "podcast.mka",
    )  # fmt: skip


@env
def test_each_track_is_a_speaker_on_the_films_clock_named_by_its_title(podcast, tmp_path):
    done, audio, voices, titles = demux(podcast, tmp_path / "out", speakers_by_track=True)
    assert done.returncode == 0, done.stderr
    assert [(row["speaker"], row["name"], row["source"]) for row in titles] == [
        ("SPEAKER_00", "Anna", "title"),
        ("SPEAKER_01", "Ben", "title"),
    ]
    assert films.heard(voices[0]) == pytest.approx([1.0, 4.0], abs=ON_TIME)
    assert films.heard(voices[1]) == pytest.approx([2.7, 5.7], abs=ON_TIME)
    assert films.heard(audio) == pytest.approx([1.0, 2.7, 4.0, 5.7], abs=ON_TIME)
    assert voices.shape == (2, len(audio))


@env
def test_a_clip_of_tracks(podcast, tmp_path):
    _, audio, voices, _ = demux(podcast, tmp_path / "out", speakers_by_track=True, clip="2-5")
    assert films.heard(voices[0]) == pytest.approx([2.0], abs=ON_TIME)
    assert films.heard(voices[1]) == pytest.approx([0.7], abs=ON_TIME)
    assert len(audio) == 3 * films.LISTEN


@env
def test_each_channel_is_a_speaker(tmp_path):
    left = films.recording(tmp_path / "l.wav", (1.0, 4.0))
    right = films.recording(tmp_path / "r.wav", (2.0, 5.0))
    film = films.make(
        "-i", left, "-i", right, "-filter_complex", "[0][1]amerge=inputs=2", "-c:a", "flac",
        tmp_path / "call.mka",
    )  # fmt: skip
    done, audio, voices, titles = demux(film, tmp_path / "out", speakers_by_channel=True)
    assert done.returncode == 0, done.stderr
    assert [(row["speaker"], row["name"], row["evidence"]) for row in titles] == [
        ("SPEAKER_00", None, ["left channel"]),
        ("SPEAKER_01", None, ["right channel"]),
    ]
    assert films.heard(voices[0]) == pytest.approx([1.0, 4.0], abs=ON_TIME)
    assert films.heard(voices[1]) == pytest.approx([2.0, 5.0], abs=ON_TIME)
    assert films.heard(audio) == pytest.approx([1.0, 2.0, 4.0, 5.0], abs=ON_TIME)


@env
@pytest.mark.parametrize("what", ["track", "channel"])
def test_a_film_with_one_track_and_one_channel_is_refused_in_a_sentence(tmp_path, what):
    film = films.recording(tmp_path / "mono.wav")
    done, *_ = demux(film, tmp_path / "out", **{f"speakers_by_{what}": True})
    assert done.returncode
    assert f"--speakers-by-{what}: mono.wav has only one {what} with a speaker: audio track 0" in done.stderr
    assert "Traceback" not in done.stderr


@env
def test_an_ordinary_film_has_no_voices(podcast, tmp_path):
    _, audio, voices, titles = demux(podcast, tmp_path / "out")
    assert films.heard(audio) == pytest.approx([1.0, 4.0], abs=ON_TIME)
    assert (len(voices), titles) == (0, [])
