"""Films that hold what the new film's container, or ffmpeg, does not: the film is made, and says what it
lacks."""

import re

import numpy as np
import pytest

from stage_runners.mux import boxes, chapters, ebml
from tests.stage_runners import films
from tests.stage_runners.mux import odd_films, whole_film
from tests.stage_runners.mux.odd_films import atom, edition
from tests.stage_runners.spec import python_of

pytestmark = pytest.mark.env("media")
CUES = [(1.0, 1.5, "One"), (4.25, 4.75, "Two")]
KLV = b"\x06\x05\x04KLVA"
ID3 = b"\x15\x26\x0d\xff\xffID3 \xffID3 \x00\x0f"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A folder with small plain films: `air.ts` (two tracks of sound), `film.mkv`, `film.mp4`,
    `sound.mp3`."""
    if not python_of("media").exists():
        pytest.skip("the environment media is not installed")
    folder = tmp_path_factory.mktemp("plain")
    picture = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=6")
    sound = ("-i", films.recording(folder / "sound.wav", times=(1.0, 2.5, 4.25), seconds=6.0))
    films.make(
        *picture, *sound, "-map", "0", "-map", "1", "-map", "1", "-c:v", "mpeg2video", "-c:a", "mp2",
        folder / "air.ts",
    )  # fmt: skip
    films.make(
        *picture, *sound, "-map", "0", "-map", "1", "-c:v", "mpeg4", "-c:a", "aac", folder / "film.mkv"
    )
    films.make("-i", folder / "film.mkv", "-c", "copy", folder / "film.mp4")
    films.make(*sound, "-c:a", "libmp3lame", "-id3v2_version", "0", folder / "sound.mp3")
    return folder


def muxed(film, folder, container="mkv", **params):
    """The new film, what is in it, and the sentences about losses."""
    out, given = folder / f"out.{container}", films.cues(folder / "cues", CUES)
    done = films.mux(film, given, out, folder / "mux", container=container, **params)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    losses = [line.partition("degraded: ")[2] for line in said.splitlines() if "degraded: " in line]
    return out, whole_film.everything(out), losses


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def codecs(found):
    return [(s["type"], s["codec"]) for s in found["streams"]]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (b"\x0b", "unknown stream 2 (DSM-CC)"),
        (b"\x05", "data stream 2 (unknown)"),
        (b"\x86", "unknown stream 2 (SCTE-35)"),
        (b"\xa1", "unknown stream 2 (format 0x00A1)"),
        (KLV, "data stream 2 (klv)"),
        (ID3, "data stream 2 (timed_id3)"),
        (b"\x06\x56\x05deu\x11\x50", "subtitle stream 2 (dvb_teletext)"),
    ],
)
def test_a_stream_that_nothing_decodes_is_left_out_and_the_rest_is_used(plain, tmp_path, entry, name):
    film = written(tmp_path, "film.ts", odd_films.private((plain / "air.ts").read_bytes(), 0x102, entry))
    _, found, losses = muxed(film, tmp_path)
    assert [kind for kind, _ in codecs(found)] == ["video", "audio", "subtitle"]
    assert losses[0].startswith(f"{name} is not copied: ")


@pytest.mark.parametrize("params", [{}, {"clip": "2-5"}])
def test_the_sound_beside_a_stream_that_nothing_decodes_is_read(plain, tmp_path, params):
    film = written(tmp_path, "film.ts", odd_films.private((plain / "air.ts").read_bytes(), 0x102, b"\x0b"))
    done, samples = films.demux(film, tmp_path, **params)
    assert done.returncode == 0, done.stdout + done.stderr
    last = films.heard(samples)[-2:]
    assert last == pytest.approx([0.51, 2.26] if params else [2.51, 4.26], abs=0.02)


@pytest.mark.parametrize("entry", [b"\x06\x56\x05deu\x11\x50", b"\x0b", KLV])
def test_a_stream_that_begins_first_and_is_left_out_does_not_move_the_cues(plain, tmp_path, entry):
    """Teletext and a data service count for the start of a transport stream, in every stage alike."""
    early = films.make(
        "-itsoffset", "0.9", "-i", plain / "air.ts", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=7",
        "-map", "0:0", "-map", "0:1", "-map", "1", "-c", "copy", "-c:a:1", "mp2", tmp_path / "early.ts",
    )  # fmt: skip
    film = written(tmp_path, "film.ts", odd_films.private(early.read_bytes(), 0x102, entry))
    _, samples = films.demux(film, tmp_path / "old")
    heard = films.heard(samples)
    given = films.cues(tmp_path / "cues", [(time, time + 0.5, "Tone") for time in heard])
    out = tmp_path / "out.mkv"
    done = films.mux(film, given, out, tmp_path / "mux")
    assert done.returncode == 0, done.stdout + done.stderr
    _, samples = films.demux(out, tmp_path / "new")
    starts = [start for start, _, _ in films.look(out)["subtitles"]]
    assert starts == pytest.approx(films.heard(samples), abs=0.08)
    assert len(starts) == 3


@pytest.mark.parametrize(
    ("name", "sound", "form"),
    [
        ("disc.m2ts", ("pcm_bluray", "-ar", "48000", "-ac", "2", "-mpegts_m2ts_mode", "1"), "pcm_s24le"),
        ("disc.vob", ("pcm_dvd", "-ar", "48000", "-ac", "2"), "pcm_s24le"),
        ("web.flv", ("nellymoser", "-ar", "22050", "-ac", "1"), "flac"),
        ("cut.mov", ("pcm_f32be",), "pcm_f32le"),
        ("old.mov", ("adpcm_ima_qt",), "flac"),
    ],
)
def test_sound_that_matroska_cannot_hold_is_written_without_loss(plain, tmp_path, name, sound, form):
    picture = {"disc": "mpeg2video", "web": "flv"}.get(name.partition(".")[0], "mpeg4")
    film = films.make(
        "-t", "1", "-i", plain / "film.mkv", "-c:v", picture, "-c:a", *sound,
        tmp_path / name,
    )  # fmt: skip
    out, found, losses = muxed(film, tmp_path)
    assert losses == []
    assert [codec for kind, codec in codecs(found) if kind == "audio"] == [form]
    before, after = (
        np.fromfile(films.make("-i", path, "-map", "0:a", "-f", "f64le", tmp_path / path.stem))
        for path in (film, out)
    )
    assert len(before) == len(after)
    assert np.abs(before - after).max() <= 2**-23  # 24 bits


def test_sound_that_mp4_cannot_hold_is_written_without_loss(plain, tmp_path):
    film = films.make("-i", plain / "film.mkv", "-c:v", "copy", "-c:a", "wmav2", tmp_path / "film.wmv")
    _, found, losses = muxed(film, tmp_path, "mp4")
    (_, picture), (_, sound), _ = codecs(found)
    assert picture == "mpeg4"
    assert sound in {"flac", "alac"}  # before ffmpeg 6, MP4 took no FLAC
    assert losses == []


@pytest.mark.parametrize("kind", ["bmp", "webp", "tiff", "gif", "png"])
def test_a_cover_of_any_kind_is_kept_to_the_last_byte(plain, tmp_path, kind):
    cover = written(tmp_path, f"c.{kind}", b"BM" + bytes(60)) if kind == "webp" else films.make(
        "-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", tmp_path / f"c.{kind}"
    )  # fmt: skip
    film = written(
        tmp_path,
        "song.mp3",
        odd_films.id3_cover((plain / "sound.mp3").read_bytes(), f"image/{kind}", cover.read_bytes()),
    )
    out, _, losses = muxed(film, tmp_path)
    assert losses == []
    assert cover.read_bytes() in out.read_bytes()


def test_a_cover_that_mp4_cannot_hold_is_named(plain, tmp_path):
    cover = films.make("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", tmp_path / "c.gif")
    data = odd_films.id3_cover((plain / "sound.mp3").read_bytes(), "image/gif", cover.read_bytes())
    _, _, losses = muxed(written(tmp_path, "song.mp3", data), tmp_path, "mp4")
    why = "MP4 does not support such a picture; --container mkv preserves it"
    assert losses == [f"video stream 1 (gif) is not copied: {why}"]


def test_a_picture_in_flac_of_another_kind_than_jpeg_is_kept(plain, tmp_path):
    sound = films.make("-i", plain / "sound.wav", tmp_path / "sound.flac").read_bytes()
    cover = films.make("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", tmp_path / "c.bmp")
    film = written(tmp_path, "song.flac", odd_films.flac_picture(sound, "image/bmp", cover.read_bytes()))
    out, _, losses = muxed(film, tmp_path)
    assert losses == []
    assert cover.read_bytes() in out.read_bytes()


NESTED = edition(
    atom(0, atom(1, uid=2, names=[("Inside", "eng")]), end=3, uid=1, names=[("One", "eng"), ("Eins", "ger")]),
    atom(3, uid=3),
    atom(4, end=5, uid=4, hidden=1, names=[("Secret", "eng")]),
)
OTHER = edition(atom(2, uid=5, names=[("Autre", "fre")]), uid=2, ordered=1)


def test_editions_nested_hidden_and_translated_chapters_are_kept_in_matroska(plain, tmp_path):
    data = odd_films.with_chapters((plain / "film.mkv").read_bytes(), NESTED, OTHER)
    out, _, losses = muxed(written(tmp_path, "film.mkv", data), tmp_path)
    assert losses == []
    assert chapters.of(out).content == NESTED.written() + OTHER.written()


def test_ordered_chapters_are_told_of_because_subtitles_follow_the_file(plain, tmp_path):
    data = odd_films.with_chapters((plain / "film.mkv").read_bytes(), OTHER)
    _, _, losses = muxed(written(tmp_path, "film.mkv", data), tmp_path)
    players = "players that follow them play it in another order, or not all of it"
    subtitles = "while the subtitles follow this file from its start to its end"
    assert losses == [f"film.mkv has ordered chapters: {players}, {subtitles}"]


def test_what_mp4_loses_of_chapters_is_told(plain, tmp_path):
    data = odd_films.with_chapters((plain / "film.mkv").read_bytes(), NESTED, OTHER)
    _, _, losses = muxed(written(tmp_path, "film.mkv", data), tmp_path, "mp4")
    beyond = (
        "2 editions, a nested chapter, the order of an ordered edition, chapter names in several languages, "
        "hidden or disabled chapters"
    )
    assert losses == [
        "mp4 does not preserve the chapter without a name, at 0:03",
        f"MP4 does not hold {beyond} of the film's chapters; --container mkv preserves them",
    ]


def test_a_chapter_before_the_film_s_start_is_told_of_and_the_others_are_moved(plain, tmp_path):
    marks = [
        atom(0, end=30, uid=1, names=[("Before", "eng")]), atom(40, end=63, uid=2, names=[("Across", "eng")]),
        atom(63, uid=3, names=[("Within", "eng")]),
    ]  # fmt: skip
    late = films.make("-itsoffset", "60", "-i", plain / "film.mkv", "-c", "copy", tmp_path / "late.mkv")
    data = odd_films.with_chapters(late.read_bytes(), edition(*marks))
    _, found, losses = muxed(written(tmp_path, "film.mkv", data), tmp_path)
    assert losses == ["the chapter 'Before' lies before the film's start and cannot be kept"]
    assert [(round(start, 1), name) for start, name in found["chapters"]] == [
        (0.0, "Across"),
        (3.0, "Within"),
    ]


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_language_tags_of_tracks_are_kept(plain, tmp_path, container):
    tags = ["zh-Hant", "pt-BR"]
    data = odd_films.with_tracks(
        (plain / "film.mkv").read_bytes(), lambda k, children: odd_films.tagged(children, tags[k])
    )
    film = written(tmp_path, "film.mkv", data)
    out, _, losses = muxed(film, tmp_path, container)
    assert losses == []
    assert tags_of(out, container)[:2] == tags
    if container == "mp4":  # and back
        (tmp_path / "again").mkdir()
        again, _, losses = muxed(out, tmp_path / "again")
        assert (tags_of(again, "mkv")[:2], losses) == (tags, [])


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_our_track_of_a_requested_region_has_its_tag(plain, tmp_path, container):
    more = films.cues(tmp_path / "pt", CUES, "pt")
    given = {**films.cues(tmp_path / "cues", CUES), **{f"{k}-pt": more[k] for k in ("cues", "srt", "ass")}}
    out = tmp_path / f"out.{container}"
    done = films.mux(
        plain / "film.mkv", given, out, tmp_path / "mux", container=container, language_tags={"pt": "pt-br"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert tags_of(out, container) == ["", "", "", "pt-BR"]
    ours = [s["tags"] for s in whole_film.everything(out)["streams"] if s["type"] == "subtitle"][-1]
    assert ours["language"] == "por"
    assert "Portuguese" in {ours.get("title"), ours.get("handler_name")}


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_a_film_with_no_place_for_its_language_tags_is_kept_without_them(
    plain, tmp_path, container, monkeypatch
):
    tool = tmp_path / "careless"  # an ffmpeg that shortens long names
    tool.write_text(
        f"#!/usr/bin/env python3\nimport os, re, sys\nwords = [re.sub('000.#+$', '', word) for word in "
        f"sys.argv[1:]]\nos.execv({films.ffmpeg()!r}, ['ffmpeg', *words])\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", str(tool))
    data = odd_films.with_tracks(
        (plain / "film.mkv").read_bytes(), lambda _, children: odd_films.tagged(children, "pt-BR")
    )
    out, found, losses = muxed(written(tmp_path, "film.mkv", data), tmp_path, container)
    assert losses[0] == "the new film lacks the language tag pt-BR: ffmpeg left no place for it"
    assert tags_of(out, container) == ["", "", ""]
    assert not any("#" in str(one["tags"]) for one in found["streams"])


def tags_of(path, container):
    if container == "mp4":
        return [one.language for one in boxes.languages(path)]
    tracks = ebml.top_level(path, [ebml.TRACKS])[ebml.TRACKS].element
    return [entry.text(0x22B59D) for entry in tracks.of(0xAE)]


def test_a_track_of_an_unknown_codec_is_left_out_of_either_container(plain, tmp_path):
    data = odd_films.with_tracks(
        (plain / "film.mkv").read_bytes(),
        lambda k, children: [ebml.text(0x86, "A_NOBODY") if k and c.id == 0x86 else c for c in children],
    )
    film = written(tmp_path, "film.mkv", data)
    for container in ("mkv", "mp4"):
        (tmp_path / container).mkdir()
        _, found, losses = muxed(film, tmp_path / container, container)
        assert [kind for kind, _ in codecs(found)] == ["video", "subtitle"]
        assert re.match(r"audio stream 1 \(.*\) is not copied: ", losses[0])


def test_a_picture_of_an_unknown_codec_is_copied_where_the_container_takes_any(plain, tmp_path):
    """Matroska takes any codec of QuickTime; MP4 does not."""
    film = films.make(
        "-i", plain / "film.mkv", "-c:v", "png", "-c:a", "copy", "-t", "2", tmp_path / "png.mov"
    )
    data = odd_films.sample_entry(film.read_bytes(), b"png ", b"zzzz")
    film = written(tmp_path, "film.mov", data)
    out, _, losses = muxed(film, tmp_path)
    assert losses == []
    assert set(whole_film.hashes(film)) <= set(whole_film.hashes(out))
    (tmp_path / "mp4").mkdir()
    _, found, losses = muxed(film, tmp_path / "mp4", "mp4")
    assert [kind for kind, _ in codecs(found)] == ["audio", "subtitle"]
    why = "MP4 does not support format zzzz; --container mkv preserves it"
    assert losses == [f"video stream 0 (format zzzz) is not copied: {why}"]
