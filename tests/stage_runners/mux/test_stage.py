"""mux adds a track in time with the sound, keeps everything else, and writes the same bytes each time."""

import re

import pytest

from ipc.artifacts import write
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formats import srt
from tests.stage_runners import films
from tests.stage_runners.subtitles.documents import document

pytestmark = pytest.mark.env("media")
AAC = ("-c:a", "aac")
SPANS = [(time, time + 0.5, f"Tón {number}") for number, time in enumerate(films.BURSTS)]


def written(path, given, destination, folder, **params):
    done = films.mux(path, given, destination, folder, **params)
    assert done.returncode == 0, done.stdout + done.stderr
    return films.look(destination)


def starts(found):
    return [start for start, _, _ in found["subtitles"]]


def rich(folder):
    """A film with two sound tracks, subtitles, chapters, an attachment and a title."""
    note, marks, lines = folder / "note.txt", folder / "marks.txt", films.cues(folder, SPANS[:2])["srt"]
    note.write_text("a note\n")
    marks.write_text(
        ";FFMETADATA1\ntitle=Rich\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=5000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=5000\nEND=12000\ntitle=Two\n"
    )
    return films.make(
        "-i", films.film(folder, "plain.mkv"), "-i", lines, "-i", marks, "-map", "0:v", "-map", "0:a",
        "-map", "0:a",
        "-map", "1:s", "-map_metadata", "2", "-map_chapters", "2", "-c", "copy", "-metadata:s:a:1",
        "language=fra",
        "-attach", note, "-metadata:s:t", "mimetype=text/plain", folder / "rich.mkv",
    )  # fmt: skip


@pytest.mark.parametrize("container", ["mkv", "mp4"])
@pytest.mark.parametrize(
    ("name", "shape"), [("late.ts", {"late": 0.7, "audio": AAC}), ("film.mp4", {"audio": AAC})]
)
def test_subtitles_are_in_sync_with_the_sound(tmp_path, name, shape, container):
    film = films.film(tmp_path, name, **shape)
    late = shape.get("late", 0.0)
    given = films.cues(tmp_path / "cues", [(a + late, b + late, text) for a, b, text in SPANS])
    out = tmp_path / f"out.{container}.part"
    found = written(film, given, out, tmp_path / "mux", container=container)
    raw = films.make("-i", out, "-map", "0:a", "-af", "aresample=async=1:first_pts=0", tmp_path / "again.wav")
    _, samples = films.demux(raw, tmp_path / "again")
    assert starts(found) == pytest.approx(films.heard(samples), abs=0.03)
    assert "Tón 4" in found["subtitles"][-1][2]


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_words_that_look_like_tags_stay(tmp_path, container):
    said = r"a < b and c > d, C:\New"
    given = films.cues(tmp_path / "cues", [(1.0, 2.0, said)])
    line = Cue(1000, 2000, (Line(said, None),), (0,), ())
    given["srt"].write_text(srt.write(document(line)), encoding="utf-8")
    film = films.film(tmp_path, "film.mp4", audio=AAC)
    found = written(film, given, tmp_path / "out.part", tmp_path / "mux", container=container)
    assert said in found["subtitles"][-1][2].replace("\u2060", "")


def test_ffmpegs_errors_in_a_damaged_film_are_reported(tmp_path):
    film = films.film(tmp_path, "film.mkv", audio=AAC)
    whole = film.read_bytes()
    first, last = len(whole) * 4 // 10, len(whole) * 6 // 10
    film.write_bytes(whole[:first] + bytes(last - first) + whole[last:])
    given = films.cues(tmp_path / "cues", SPANS[:1])
    done = films.mux(film, given, tmp_path / "out.mkv.part", tmp_path / "mux")
    assert "ffmpeg reported errors while copying" in done.stdout + done.stderr


def test_all_of_the_film_is_copied_and_the_original_is_unchanged(tmp_path):
    film = rich(tmp_path)
    before = (film.read_bytes(), film.stat().st_mtime_ns)
    was = films.look(film)
    found = written(film, films.cues(tmp_path / "cues", SPANS), tmp_path / "out.mkv.part", tmp_path / "mux")
    assert (film.read_bytes(), film.stat().st_mtime_ns) == before
    assert sorted(s["type"] for s in found["streams"]) == sorted(
        [s["type"] for s in was["streams"]] + ["subtitle"]
    )
    assert found["chapters"] == was["chapters"]
    assert found["tags"]["title"] == "Rich"
    assert [s["metadata"].get("language") for s in found["streams"] if s["type"] == "audio"][1] in {
        "fra",
        "fre",
    }
    added = [s for s in found["streams"] if s["type"] == "subtitle"][-1]
    assert added["metadata"]["language"] == "eng"
    assert added["metadata"]["title"] == "English"


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_two_runs_write_the_same_bytes(tmp_path, container):
    film, given = films.film(tmp_path, "film.mp4", audio=AAC), films.cues(tmp_path / "cues", SPANS)
    outs = [tmp_path / f"{run}.{container}.part" for run in "ab"]
    for out in outs:
        written(film, given, out, tmp_path / out.stem, container=container)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_without_speech_no_track_is_added(tmp_path):
    film, given = films.film(tmp_path), films.cues(tmp_path / "cues", [], "und")
    found = written(film, given, tmp_path / "out.mkv.part", tmp_path / "mux")
    assert [s["type"] for s in found["streams"]] == ["video", "audio"]


def test_streams_that_mp4_does_not_support_are_reported_and_the_rest_is_copied(tmp_path):
    """Hours of work end here: the film that can be had is made, and says what it lacks."""
    film, given = rich(tmp_path), films.cues(tmp_path / "cues", SPANS)
    out = tmp_path / "out.mp4.part"
    done = films.mux(film, given, out, tmp_path / "mux", container="mp4")
    said = done.stdout + done.stderr
    assert re.search(
        r"degraded.*attachment stream 4 .* is not copied: MP4 does not support attachments", said
    )
    assert "--container mkv preserves it" in said
    kinds = [stream["type"] for stream in films.look(out)["streams"] if stream["type"] != "data"]
    assert kinds == ["video", "audio", "audio", "subtitle", "subtitle"]


def test_an_audio_file_becomes_a_film_with_subtitles(tmp_path):
    wave, given = films.recording(tmp_path / "sound.wav"), films.cues(tmp_path / "cues", SPANS)
    found = written(wave, given, tmp_path / "out.mkv.part", tmp_path / "mux")
    assert [s["type"] for s in found["streams"]] == ["audio", "subtitle"]
    assert starts(found) == pytest.approx(films.BURSTS, abs=0.001)


def test_subtitles_of_a_clip_are_in_sync_with_its_sound(tmp_path):
    film = films.film(tmp_path)
    given = films.cues(tmp_path / "cues", [(0.75, 1.0, "One"), (3.5, 4.0, "Two")])
    out = tmp_path / "out.mkv.part"
    found = written(film, given, out, tmp_path / "mux", clip="3.5-8.2")
    _, samples = films.demux(out, tmp_path / "again")
    assert starts(found) == pytest.approx(films.heard(samples)[-2:], abs=0.03)


def test_a_film_that_ends_early_is_muxed_as_far_as_it_goes(tmp_path):
    whole = films.film(tmp_path, audio=AAC, more=("-movflags", "+faststart"), name="whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    out, given = tmp_path / "out.mkv.part", films.cues(tmp_path / "cues", SPANS[:3])
    done = films.mux(cut, given, out, tmp_path / "mux")
    assert "cut.mp4 ends early" in done.stdout + done.stderr
    assert len(films.look(out)["subtitles"]) == 3


def translated(folder, spans, language="de"):
    """What a translation's subtitles hand to mux besides."""
    given = films.cues(folder, spans, language)
    return {f"{name}-{language}": given[name] for name in ("cues", "srt")}


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_every_language_gets_a_track_and_the_first_translation_is_the_default(tmp_path, container):
    film = films.film(tmp_path, "film.mp4", audio=AAC)
    more = translated(tmp_path / "german", [(a, b, f"Ton {k}") for k, (a, b, _) in enumerate(SPANS)])
    given = {**films.cues(tmp_path / "cues", SPANS[:2]), **more}
    found = written(film, given, tmp_path / f"out.{container}.part", tmp_path / "mux", container=container)
    tracks = [stream for stream in found["streams"] if stream["type"] == "subtitle"]
    codes = ["eng", "ger" if container == "mkv" else "deu"]
    assert [track["metadata"]["language"] for track in tracks] == codes
    assert [track["default"] for track in tracks] == [False, True]
    assert [text for _, _, text in found["subtitles"]][-1].endswith("Ton 4")
    assert starts(found) == pytest.approx([start for start, _, _ in SPANS], abs=0.02)


@pytest.mark.parametrize("container", ["mkv", "mp4"])
@pytest.mark.parametrize("wanted", [True, False])
def test_forced_subtitles_of_a_translation_are_a_track_with_that_flag(tmp_path, container, wanted):
    film = films.film(tmp_path, "film.mp4", audio=AAC)
    german = translated(tmp_path / "german", SPANS)
    few = films.cues(tmp_path / "forced", SPANS[3:4])["srt"]
    given = {**films.cues(tmp_path / "cues", SPANS), **german, "forced-de": few}
    out = tmp_path / f"out.{container}.part"
    found = written(film, given, out, tmp_path / "mux", container=container, forced_track=wanted)
    tracks = [stream for stream in found["streams"] if stream["type"] == "subtitle"]
    assert [track["forced"] for track in tracks] == [False, False, *([True] if wanted else [])]
    assert [track["default"] for track in tracks][:2] == [False, True]
    assert len(found["subtitles"]) == (1 if wanted else len(SPANS))
    if container == "mkv" and wanted:
        assert tracks[-1]["metadata"]["title"] == "German (forced)"


def test_without_anything_forced_there_is_no_such_track(tmp_path):
    film, nothing = films.film(tmp_path, "film.mkv"), tmp_path / "nothing.srt"
    nothing.touch()
    german = translated(tmp_path / "german", SPANS)
    given = {**films.cues(tmp_path / "cues", SPANS), **german, "forced-de": nothing}
    out = tmp_path / "out.mkv.part"
    done = films.mux(film, given, out, tmp_path / "mux", container="mkv", forced_track=True)
    assert "no forced track is added" in done.stdout + done.stderr
    assert sum(s["type"] == "subtitle" for s in films.look(out)["streams"]) == 2


def test_an_empty_translation_gets_no_track(tmp_path):
    film = films.film(tmp_path, "film.mkv")
    given = {**films.cues(tmp_path / "cues", SPANS), **translated(tmp_path / "german", [])}
    found = written(film, given, tmp_path / "out.mkv.part", tmp_path / "mux", container="mkv")
    assert [s["metadata"]["language"] for s in found["streams"] if s["type"] == "subtitle"] == ["eng"]


def chapters_of(folder):
    """The table of the stage chapters: three of them, with titles that ffmpeg's metadata has to escape."""
    titles, starts, ends = ["Zürich; a=b", "#2 \\ <c>", "日本"], [0.0, 4.25, 8.0], [4.25, 8.0, 12.0]
    table = folder / "chapters.parquet"
    write(table, "chapters", {"start": starts, "end": ends, "title": titles, "reasons": [[], ["topic"], []]})
    return table, [[pytest.approx(a, abs=0.02), title] for a, title in zip(starts, titles, strict=True)]


@pytest.mark.parametrize("container", ["mkv", "mp4"])
@pytest.mark.parametrize("name", ["film.mp4", "film.mkv"])
def test_chapters_that_were_found_are_in_a_film_without_any(tmp_path, container, name):
    film = films.film(tmp_path, name, audio=AAC)
    table, expected = chapters_of(tmp_path)
    given = {**films.cues(tmp_path / "cues", SPANS), "chapters": table}
    found = written(film, given, tmp_path / f"out.{container}.part", tmp_path / "mux", container=container)
    assert found["chapters"] == expected
    assert starts(found) == pytest.approx([start for start, _, _ in SPANS], abs=0.03)


@pytest.mark.parametrize("replace", [False, True])
def test_the_films_own_chapters_stay_unless_the_user_asks(tmp_path, replace):
    film = rich(tmp_path)
    table, expected = chapters_of(tmp_path)
    given = {**films.cues(tmp_path / "cues", SPANS), "chapters": table}
    out = tmp_path / "out.mkv.part"
    found = written(film, given, out, tmp_path / "mux", replace_chapters=replace)
    assert found["chapters"] == (expected if replace else [[0.0, "One"], [5.0, "Two"]])
    assert found["tags"]["title"] == "Rich"
