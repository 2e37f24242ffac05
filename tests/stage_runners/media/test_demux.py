"""The stage demux keeps the film's clock in every container, reports its choice, and rejects bad files."""

import os
import re
import shutil

import pytest

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media.probe import Film, Track
from stage_runners.media.track_choice import choose
from tests.stage_runners import films

AAC = ("-c:a", "aac")
ON_TIME = 0.002
env = pytest.mark.env("media")


def sound(number, **facts):
    return Track(index=number + 1, number=number, type="audio", codec="aac", channels=2, **facts)


def of(*tracks):
    return Film(format="matroska", start=0.0, seconds=60.0, tracks=tracks)


def test_the_requested_track_wins():
    assert choose(of(sound(0, language="eng", default=True), sound(1)), 1, "en", "film")[0].number == 1


def test_a_missing_track_is_an_error_that_lists_the_available_ones():
    with pytest.raises(StageError, match="no such track") as wrong:
        choose(of(sound(0, language="eng")), 4, None, "film")
    assert wrong.value.category == "config"
    assert "eng" in wrong.value.hint


def test_the_requested_language_wins_over_the_default_track():
    tracks = of(sound(0, language="fra", default=True), sound(1, language="eng"))
    track, why, doubtful = choose(tracks, None, "en", "f")
    assert track.number == 1
    assert "en" in why
    assert not doubtful
    assert choose(tracks, None, "de", "f").doubtful


def test_a_commentary_is_not_chosen_even_if_it_is_the_default_track():
    tracks = of(sound(0, default=True, purposes=("comment",)), sound(1))
    assert choose(tracks, None, None, "film")[0].number == 1


def test_an_only_track_in_another_language_is_reported():
    chosen = choose(of(sound(0, language="eng")), None, "de", "f")
    assert (chosen.why, chosen.doubtful) == ("the only one; no track is marked as de", True)
    for only, asked in (("eng", "en"), ("", "de"), ("eng", None)):
        assert choose(of(sound(0, language=only)), None, asked, "f")[1] == "the only one"


def test_without_a_language_the_default_track_is_chosen():
    assert choose(of(sound(0), sound(1, default=True)), None, None, "film")[0].number == 1


@pytest.mark.parametrize(
    ("text", "span"),
    [("10:00-12:00", (600, 720)), ("3.5-8", (3.5, 8)), ("1:00:00-1:00:01.5", (3600, 3601.5)), (None, None)],
)
def test_a_clip_is_read_as_hours_minutes_and_seconds(text, span):
    assert clip_of(text) == span


@pytest.mark.parametrize("text", ["x", "5", "8-3", "1:2:3:4-5", "-5-3", "0:50-9:99"])
def test_an_invalid_clip_has_a_message(text):
    with pytest.raises(StageError, match="not a time range"):
        clip_of(text)


@env
@pytest.mark.parametrize(
    ("name", "shape", "late"),
    [
        ("late.mkv", {"late": 0.7}, 0.7),
        ("picture late.mkv", {"video_late": 1.3}, 0.0),
        ("late.mp4", {"audio": AAC, "late": 0.7}, 0.7),
        ("primed.mp4", {"audio": AAC}, 0.0),
        ("early.mp4", {"audio": AAC, "late": -0.5}, -0.5),
        ("late.ts", {"audio": AAC, "late": 0.7}, 0.7),
        ("offset.mkv", {"more": ("-output_ts_offset", "5")}, 0.0),
    ],
)
def test_audio_is_where_players_play_it(tmp_path, name, shape, late):
    done, samples = films.demux(films.film(tmp_path, name, **shape), tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert films.heard(samples) == pytest.approx([time + late for time in films.BURSTS], abs=ON_TIME)


@env
def test_a_gap_is_silence_and_what_follows_is_on_time(tmp_path):
    whole = films.film(tmp_path, "whole.mp4", audio=AAC)
    holed = films.make("-i", whole, "-map", "0", "-c", "copy",
                       "-bsf:a", r"noise=drop='between(n\,130\,185)'", tmp_path / "holed.mp4")  # fmt: skip
    _, samples = films.demux(holed, tmp_path / "out")
    assert films.heard(samples) == pytest.approx(films.BURSTS, abs=ON_TIME)


@env
def test_a_track_that_changes_its_format_keeps_its_times(tmp_path):
    wave = films.recording(tmp_path / "sound.wav")
    first = films.make("-i", wave, "-c:a", "mp2", "-t", "6", "-muxdelay", "0", tmp_path / "1.ts")
    second = films.make("-ss", "6", "-i", wave, "-c:a", "mp2", "-ac", "2", "-ar", "32000",
                        "-output_ts_offset", "6", "-muxdelay", "0", tmp_path / "2.ts")  # fmt: skip
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    _, samples = films.demux(joined, tmp_path / "out")
    assert films.heard(samples) == pytest.approx(films.BURSTS, abs=0.02)


@env
def test_a_clip_begins_at_its_start_time(tmp_path):
    _, samples = films.demux(films.film(tmp_path, audio=AAC, name="f.mp4"), tmp_path / "out", clip="3.5-8.2")
    assert films.heard(samples) == pytest.approx([0.75, 3.5], abs=ON_TIME)
    assert len(samples) == pytest.approx(4.7 * films.LISTEN, abs=1)


@env
def test_changed_tags_and_order_of_streams_give_the_same_sound(tmp_path):
    film = films.film(tmp_path, audio=AAC, name="film.mp4")
    other = films.make("-i", film, "-map", "0:a", "-map", "0:v", "-c", "copy",
                       "-metadata", "title=Another", tmp_path / "other.mp4")  # fmt: skip
    sounds = [films.demux(path, tmp_path / path.stem)[1] for path in (film, other)]
    assert len(sounds[0])
    assert (sounds[0] == sounds[1]).all()


@env
@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
def test_a_copy_in_another_container_keeps_audio_and_video_in_sync(tmp_path, container):
    film = films.film(tmp_path, audio=AAC, late=0.5, name="film.mp4")
    copy = films.make("-i", film, "-map", "0", "-c", "copy", tmp_path / f"copy.{container}")
    _, samples = films.demux(copy, tmp_path / "out")
    assert films.heard(samples) == pytest.approx([t + 0.5 for t in films.BURSTS], abs=0.025)


@env
@pytest.mark.parametrize("name", ["damaged.mkv", "damaged.mp4"])
def test_a_film_that_is_damaged_in_its_middle_is_salvaged_and_marked(tmp_path, name):
    whole = films.make("-f", "lavfi", "-i", "sine=300:d=40", *AAC, tmp_path / name).read_bytes()
    first, last = len(whole) * 4 // 10, len(whole) * 6 // 10
    (tmp_path / name).write_bytes(whole[:first] + bytes(last - first) + whole[last:])
    done, samples = films.demux(tmp_path / name, tmp_path / "out")
    assert re.search(rf"degraded  {name} is damaged: \d+ s of its audio", done.stdout + done.stderr)
    assert len(samples) / 16000 == pytest.approx(40, abs=0.1)


@env
def test_a_small_film_whose_time_stamps_are_days_apart_is_refused_before_it_fills_the_disk(tmp_path):
    leaps = "asetpts='PTS+floor(T*4)*20000/TB'"
    film = films.make(
        "-f", "lavfi", "-i", "sine=d=1:r=16000:samples_per_frame=160", "-af", leaps, "-c:a", "pcm_s16le",
        tmp_path / "film.mkv",
    )  # fmt: skip
    done, _ = films.demux(film, tmp_path / "out")
    assert done.returncode == 1
    assert "has gaps of 17 hours: its time stamps are wrong" in " ".join((done.stdout + done.stderr).split())
    _, samples = films.demux(film, tmp_path / "part", clip="0-0.5")
    assert 3000 < len(samples) <= 8000


@env
def test_a_film_that_ends_early_is_salvaged_and_marked(tmp_path):
    whole = films.film(tmp_path, audio=AAC, more=("-movflags", "+faststart"), name="whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    done, samples = films.demux(cut, tmp_path / "out")
    assert "cut.mp4 ends early" in done.stdout + done.stderr
    assert films.heard(samples) == pytest.approx(films.BURSTS[:3], abs=ON_TIME)


@env
@pytest.mark.parametrize(
    "name", ['it\'s a "film" žluť.mkv', "-lead.mkv", "a%03d.mkv", "http:x.mkv", "a|b\n.mkv"]
)
def test_unusual_file_names_are_accepted(tmp_path, name):
    shutil.copy(films.recording(tmp_path / "sound.wav"), tmp_path / name)
    done, samples = films.demux(tmp_path / name, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len(samples) == films.SECONDS * films.LISTEN


def _bad(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("this is no film\n" * 100)
    whole = films.film(tmp_path, audio=AAC, name="whole.mp4").read_bytes()
    (tmp_path / "headless.mp4").write_bytes(whole[: len(whole) // 2])
    films.picture(tmp_path / "mute.mkv")
    (tmp_path / "folder.mp4").mkdir()


@env
def test_each_kind_of_bad_file_has_a_message(tmp_path):
    _bad(tmp_path)
    sentences = {
        "empty.mp4": "the file is empty",
        "text.mp4": "not a film that ffmpeg can read",
        "headless.mp4": "cut off: the file should have",
        "mute.mkv": ": no audio track",
        "folder.mp4": "folder",
        "missing.mp4": "No such file",
    }
    for name, sentence in sentences.items():
        done, samples = films.demux(tmp_path / name, tmp_path / f"out-{name}")
        assert samples is None, name
        assert "[input]" in done.stdout + done.stderr
        assert sentence in done.stdout + done.stderr


@env
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_film_is_reported(tmp_path):
    film = films.recording(tmp_path / "secret.wav")
    film.chmod(0)
    assert "Permission denied" in films.demux(film, tmp_path / "out")[0].stderr
