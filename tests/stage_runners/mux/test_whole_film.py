"""The new film has everything that its container supports: streams, flags, chapters, attachments, packets."""

import re

import pytest

from tests.stage_runners import films
from tests.stage_runners.mux import whole_film
from tests.stage_runners.spec import python_of

pytestmark = pytest.mark.env("media")
SPANS = [(1.0, 1.5, "One"), (4.25, 4.75, "Two"), (7.0, 8.0, "Three")]
OWN = {"duration", "encoder", "handler_name", "vendor_id"}
"""Tags that a muxer writes by itself."""


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    if not python_of("media").exists():
        pytest.skip("the environment media is not installed")
    return whole_film.matroska(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="module")
def camera(tmp_path_factory):
    if not python_of("media").exists():
        pytest.skip("the environment media is not installed")
    return whole_film.mp4(tmp_path_factory.mktemp("camera"), python_of("media"))


def muxed(film, folder, container="mkv", given=None, **params):
    """The new film, what is in it, and what was said."""
    out = folder / f"out.{container}.part"
    given = given or films.cues(folder / "cues", SPANS)
    done = films.mux(film, given, out, folder / "mux", container=container, **params)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, whole_film.everything(out), done.stdout + done.stderr


def of(found, *kinds):
    return [s for s in found["streams"] if s["type"] in kinds and not s["hidden"]]


def same_language(before, after):
    codes = {"fra": "fre", "deu": "ger", "": "und"}
    first, second = (s["tags"].get("language", "und") for s in (before, after))
    return codes.get(first, first) == codes.get(second, second)


def told(stream):
    """Type, codec, flags and tags of a stream that are its own."""
    tags = {name: text for name, text in stream["tags"].items() if name not in OWN}
    return stream["type"], stream["codec"], stream["flags"], tags, stream["data"]


def test_matroska_keeps_every_stream_with_flags_tags_attachments_and_packets(rich, tmp_path):
    was = whole_film.everything(rich)
    out, found, said = muxed(rich, tmp_path)
    mine = of(found, "subtitle")[-1]
    assert [told(s) for s in found["streams"] if s is not mine] == [told(s) for s in was["streams"]]
    assert found["chapters"] == was["chapters"]
    assert found["tags"].items() >= {k: v for k, v in was["tags"].items() if k != "ENCODER"}.items()
    before, after = whole_film.hashes(rich), whole_film.hashes(out)
    assert [line for line in after if line not in before] == [after[8]]
    assert sorted(before) == sorted(after[:8] + after[9:])
    assert whole_film.side_data(out) == whole_film.side_data(rich)
    assert "degraded" not in said


def test_the_rich_film_has_rotation_and_hdr_metadata(rich):
    found = whole_film.side_data(rich)
    if found == [None]:
        pytest.skip("there is no ffprobe")
    kinds = {entry["side_data_type"] for entry in found[0]}
    assert "Display Matrix" in kinds
    if films.knows("mastering_display"):
        assert {"Mastering display metadata", "Content light level metadata"} <= kinds


def test_mp4_has_what_it_supports_and_the_rest_is_reported(rich, tmp_path):
    was = whole_film.everything(rich)
    out, found, said = muxed(rich, tmp_path, "mp4")
    kinds = ("video", "audio", "subtitle")
    old, new = (
        sorted(of(film, *kinds), key=lambda s: (kinds.index(s["type"]), "attached_pic" in s["flags"]))
        for film in (was, found)
    )
    assert len(new) == len(old) + 1
    for before, after in zip(old, new, strict=False):
        assert set(before["flags"]) - {"original"} <= set(after["flags"])
        assert same_language(before, after)
        title = before["tags"].get("title")
        assert title is None or title in {after["tags"].get("title"), after["tags"].get("handler_name")}
    assert found["chapters"] == was["chapters"]
    assert found["tags"]["title"] == "Rich"
    assert new[0]["tags"]["timecode"] == "01:00:00:00"
    # Text changes its form, so its packets; pictures and sounds do not.
    pictures = [line for line in whole_film.hashes(rich) if line[0] in "va"]
    assert sorted(line for line in whole_film.hashes(out) if line[0] in "va") == sorted(pictures)
    assert whole_film.side_data(out)[:2] == whole_film.side_data(rich)[:2]
    assert re.search(r"degraded: attachment stream 8 .*not copied: MP4 does not support", said)
    assert re.search(r"degraded: mp4 does not preserve .*the flag original.* of subtitle track 3", said)
    assert re.search(r"degraded: subtitle track 3 .*mov_text.*styles", said)


def test_a_camera_s_mp4_keeps_its_measurements_timecode_cover_and_chapters_in_mp4(camera, tmp_path):
    was = whole_film.everything(camera)
    out, found, said = muxed(camera, tmp_path, "mp4")
    assert [s["tags"].get("handler_name") for s in of(was, "data")] == ["GoPro MET", "VideoHandler"]
    assert len(of(found, "data")) == 2
    assert [(s["flags"], s["tags"]) for s in of(found, "video", "audio", "data")] == [
        (s["flags"], s["tags"]) for s in of(was, "video", "audio", "data")
    ]
    assert found["chapters"] == was["chapters"]
    before, after = whole_film.hashes(camera), whole_film.hashes(out)
    assert set(before) <= set(after)
    assert len(after) == len(before) + 1
    assert "degraded" not in said


def test_matroska_keeps_the_cover_and_the_timecode_and_reports_the_lost_data_track(camera, tmp_path):
    _, found, said = muxed(camera, tmp_path)
    cover = [s for s in of(found, "video") if "attached_pic" in s["flags"]]
    assert [(s["tags"]["filename"], s["tags"]["mimetype"]) for s in cover] == [("cover.jpg", "image/jpeg")]
    assert of(found, "video")[0]["tags"]["timecode"] == "01:00:00:00"
    lost = {line.partition("degraded")[2].strip(": ") for line in said.splitlines() if "degraded" in line}
    why = "Matroska does not support data streams; --container mp4 may"
    assert lost == {f"data stream 3 (bin_data, GoPro MET) is not copied: {why}"}
    assert [time for time, _ in found["chapters"]] == pytest.approx([0.0, 5.0], abs=0.03)


def flags(found):
    return [s["flags"] for s in of(found, "subtitle")]


def test_our_track_is_the_default_only_without_another_or_on_request(rich, tmp_path):
    was = flags(whole_film.everything(rich))
    _, found, _ = muxed(rich, tmp_path / "a")
    assert flags(found) == [*was, []]
    _, found, _ = muxed(rich, tmp_path / "b", default_subtitles=True)
    assert flags(found) == [[], ["forced"], ["hearing_impaired"], ["original", "comment"], ["default"]]
    (tmp_path / "c").mkdir()
    _, found, _ = muxed(films.film(tmp_path / "c"), tmp_path / "c", default_subtitles=False)
    assert flags(found) == [[]]


def test_an_sdh_track_has_its_title_and_flag(rich, tmp_path):
    _, found, _ = muxed(rich, tmp_path, sdh=True, default_subtitles=True)
    mine = of(found, "subtitle")[-1]
    assert (mine["tags"]["title"], mine["flags"]) == ("English (SDH)", ["default", "hearing_impaired"])


def test_tracks_of_the_same_language_and_content_are_replaced_on_request(rich, tmp_path):
    """The forced track stays; the one for the deaf goes only where ours is for them, too."""
    kept = [
        ("fre", "", ["default"]), ("eng", "", ["default", "forced"]), ("ger", "", ["original", "comment"]),
        ("eng", "English (SDH)", ["hearing_impaired"]),
    ]  # fmt: skip
    _, found, said = muxed(rich, tmp_path / "deaf", replace_existing=True, sdh=True)
    assert [
        (s["tags"]["language"], s["tags"].get("title", ""), s["flags"]) for s in of(found, "subtitle")
    ] == kept
    assert "subtitle track 2 (eng, srt, Full) is not copied: replaced by our track" in said
    _, found, _ = muxed(rich, tmp_path / "all", replace_existing=True)
    assert [s["tags"].get("title", "") for s in of(found, "subtitle")] == ["", "", "Full", "", "English"]


@pytest.mark.parametrize(
    ("title", "stays"), [("", False), ("English", False), ("Signs & Songs", True), ("English SDH", True)]
)
def test_a_track_with_a_distinct_title_is_not_replaced(tmp_path, title, stays):
    lines = films.cues(tmp_path, SPANS)["srt"]
    film = films.make(
        "-i", films.film(tmp_path), "-i", lines, "-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0",
        "language=eng",
        "-metadata:s:s:0", f"title={title}", tmp_path / "titled.mkv",
    )  # fmt: skip
    _, found, _ = muxed(film, tmp_path, replace_existing=True)
    assert len(of(found, "subtitle")) == 1 + stays


@pytest.mark.parametrize("form", ["ass", "both"])
def test_matroska_can_hold_styled_tracks(rich, tmp_path, form):
    _, found, _ = muxed(rich, tmp_path, subtitle_format=form)
    ours = [(s["codec"], s["tags"]["title"]) for s in of(found, "subtitle")[4:]]
    assert ours == (
        [("ssa", "English")] if form == "ass" else [("srt", "English"), ("ssa", "English (styled)")]
    )
    if form == "ass":
        assert [time for time, _, _ in films.look(tmp_path / "out.mkv.part")["subtitles"]] == pytest.approx(
            [1.0, 4.25, 7.0], abs=0.01
        )


def test_mp4_has_no_styled_tracks(rich, tmp_path):
    given = films.cues(tmp_path / "cues", SPANS)
    done = films.mux(
        rich, given, tmp_path / "o.part", tmp_path / "mux", container="mp4", subtitle_format="ass"
    )
    assert done.returncode != 0
    assert "not possible in MP4" in done.stdout + done.stderr


def test_the_shared_film_with_tracks_keeps_them_all(shared_data, tmp_path):
    film = shared_data / "tracks" / "movie.mkv"
    if not film.exists():
        pytest.skip("the shared recordings are not here")
    was = whole_film.everything(film)
    for container in ("mkv", "mp4"):
        out, found, said = muxed(film, tmp_path / container, container)
        texts = 1 if container == "mp4" else 0
        before, after = whole_film.hashes(film), whole_film.hashes(out)
        assert [line for line in before if line not in after][:texts] == [
            line for line in before if line not in after
        ]
        assert [(t, pytest.approx(s, abs=0.03)) for s, t in found["chapters"]] == [
            (t, s) for s, t in was["chapters"]
        ]
        if container == "mkv":
            assert "degraded" not in said
            rest = [s for s in found["streams"] if s["tags"].get("title") != "English"]
            assert [told(s) for s in rest] == [told(s) for s in was["streams"]]


def test_a_changed_byte_in_the_new_film_is_detected(tmp_path, monkeypatch):
    film, tool = films.film(tmp_path), tmp_path / "careless"
    tool.write_text(
        f"#!/usr/bin/env python3\nimport subprocess, sys\nstatus = subprocess.call([{films.ffmpeg()!r}, "
        "*sys.argv[1:]])\n"
        "for name in sys.argv:\n    if name.endswith('.part'):\n        with "
        "open(name.removeprefix('file:'), 'r+b') as film:\n"
        "            middle = film.seek(0, 2) // 2\n            film.seek(middle)\n            byte = "
        "film.read(1)[0]\n"
        "            film.seek(middle)\n            film.write(bytes([byte ^ 1]))\nsys.exit(status)\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", str(tool))
    _, _, said = muxed(film, tmp_path)
    assert re.search(r"degraded: (video|audio) track 0 .* could not be verified", said)


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("old.avi", ("mpeg4", "libmp3lame")),
        ("disc.mpg", ("mpeg2video", "mp2")),
        ("air.ts", ("libx264", "aac")),
    ],
)
def test_films_whose_packets_lack_times_or_headers_are_copied_whole(tmp_path, name, codecs):
    picture, sound = codecs
    film = films.make(
        "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=4", "-f", "lavfi", "-i", "sine=440:d=4", "-c:v",
        picture, "-bf", "2",
        "-c:a", sound, tmp_path / name,
    )  # fmt: skip
    out, _, said = muxed(film, tmp_path, given=films.cues(tmp_path / "cues", [(1.0, 2.0, "One")]))
    assert "degraded" not in said
    if name == "air.ts":  # Annex B and ADTS become Matroska's own: as many packets, other bytes
        assert "streams_rewrapped = ['video track 0 (h264)', 'audio track 0 (aac, mono)']" in said
    else:
        assert whole_film.hashes(out)[:2] == whole_film.hashes(film)
