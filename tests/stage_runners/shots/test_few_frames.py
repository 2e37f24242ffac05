"""shots decodes few frames of a large picture, and finds the cuts of a full decode."""

from __future__ import annotations

import re

import numpy as np
import pytest

from stage_runners.shots import sizes
from stage_runners.shots.coded import Coded, Group, UnsuitableError, groups
from stage_runners.shots.decoder import marked
from stage_runners.shots.few_frames import apart, changed
from stage_runners.shots.parts import joined, parts
from stage_runners.shots.runner import ALL, FEW
from tests.stage_runners import films
from tests.stage_runners.shots.test_shots import RATE, scene
from tests.stage_runners.shots.test_shots import shots as shots_of

env = pytest.mark.env("media")
CUTS = (61, 90, 151)
FRAMES = 210


def coded(amounts, start=0.0, keys=(0,)):
    return [Coded(start + k / RATE, size, k in keys, None) for k, size in enumerate(amounts)]


def shown(*numbers, keys=(0,)):
    """Coded frames in the order in which they are decoded, by their numbers in the film."""
    return [Coded(k / RATE, 10, k in keys, None) for k in numbers]


def test_a_frame_nearly_as_large_as_a_key_frame_may_begin_a_shot():
    assert sizes.large(Group(coded([100, *[10] * 20, 50, *[10] * 20]))) == [(20 / RATE, 21 / RATE)]
    assert sizes.large(Group(coded([100, *[10] * 40]))) == []
    assert sizes.large(Group(coded([100, 50, 50, *[10] * 40]))) == []  # an encoder's first frames


def test_the_first_frame_of_a_simple_shot_is_larger_than_usual_if_not_large():
    frames = coded([100, *[5] * 20, 9, *[2] * 20])
    assert sizes.uneven(Group(frames))
    assert sizes.large(Group(frames)) == []
    assert not sizes.uneven(Group(coded([100, *[5] * 40])))


def test_a_b_frame_is_never_the_large_one():
    frames = [Coded(k / RATE, size, k == 0, None) for k, size in ((0, 100), (20, 10), (16, 90), (40, 10))]
    assert sizes.large(Group(frames)) == []


def test_a_stream_without_key_frames_for_long_or_with_jumping_times_is_decoded_in_full():
    with pytest.raises(UnsuitableError, match="too far apart"):
        list(groups(iter(coded([1] * 24 * 70))))
    with pytest.raises(UnsuitableError, match="jump"):
        list(groups(iter([*coded([1] * 9, start=5), *coded([1] * 9)])))
    with pytest.raises(UnsuitableError, match="begin"):
        list(groups(iter(coded([1] * 9, keys=()))))


def test_frames_shown_before_a_key_frame_and_decoded_after_it_belong_to_the_part_before():
    first, second = parts(groups(iter(shown(0, 4, 2, 3, 8, 6, 7, 12, 10, keys=(0, 8)))))
    assert [round(time * RATE) for time in first.times] == [0, 2, 3, 4, 6, 7]
    assert [round(one.time * RATE) for one in first.frames] == [0, 4, 2, 3, 8, 6, 7]
    assert [round(time * RATE) for time in second.times] == [8, 10, 12]
    assert [round(one.time * RATE) for one in second.frames] == [8, 12, 10]


def test_a_span_takes_all_frames_between_those_that_others_refer_to():
    taken = [
        round(one.time * RATE)
        for one, whole in marked(shown(0, 4, 2, 8, 6, 12), [(5 / RATE, 7 / RATE)])
        if whole
    ]
    assert taken == [8, 6]
    (part,) = parts(groups(iter(shown(0, 4, 2, 8, 6, 12, 10))))
    assert [round(one.time * RATE) for one in part.until(5 / RATE)] == [0, 4, 2, 8, 6]


def test_a_mixture_of_two_shots_does_not_hide_a_change():
    mixed = ((scene(1).astype(int) + scene(2)) // 2).astype(np.uint8)
    pictures = [(k / RATE, one) for k, one in enumerate((scene(1), scene(1), mixed, scene(2), scene(2)))]
    assert (1 / RATE, 3 / RATE) in changed(pictures)
    assert changed(pictures[:2]) == []


def test_where_pictures_lack_a_cut_can_be():
    assert changed([(0.0, scene(1)), (0.2, scene(1)), (0.6, scene(1))]) == [(0.2, 0.6)]


def test_places_near_each_other_are_one_and_so_are_cuts_within_a_flash():
    assert joined([(5, 6), (1, 2), (2.2, 3)], 0.3) == [(1, 3), (5, 6)]
    assert apart([(2.0, 0.9), (1.0, 0.5), (1.1, 0.8)]) == [(1.1, 0.8), (2.0, 0.9)]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Four moving shots of 768 x 432 at 24 frames per second, cuts at `CUTS`."""
    folder = tmp_path_factory.mktemp("few")
    ends, frames = (*CUTS, FRAMES), []
    for k, (a, b) in enumerate(zip((0, *CUTS), ends, strict=True)):
        wide = scene(k, width=96)
        frames += [wide[:, :, n // 8 : n // 8 + 64] for n in range(b - a)]
    (folder / "raw").write_bytes(b"".join(np.ascontiguousarray(one).tobytes() for one in frames))
    return folder / "raw"


def made(raw, path, *how):
    return films.make(
        "-f", "rawvideo", "-s", "64x36", "-pix_fmt", "yuv444p", "-r", RATE, "-i", raw,
        "-vf", "scale=768:432:flags=bicubic,noise=alls=4:allf=t", "-pix_fmt", "yuv420p", *how, path,
    )  # fmt: skip


def shots(path, folder, **params):
    """Run the stage on a film; returns the numbers of the cuts' frames, the artifact, and the process."""
    done, times, found = shots_of(path, folder, **params)
    return [round(time * RATE) for time in times], found, done


X264 = ("-c:v", "libx264", "-preset", "veryfast")


@env
@pytest.mark.parametrize(
    ("name", "how", "method"),
    [
        ("at_cuts.mp4", X264, FEW),
        ("fixed.mkv", (*X264, "-g", "48", "-sc_threshold", "0"), FEW),
        ("open.ts", (*X264, "-refs", "4", "-x264-params", "open-gop=1:bframes=5:b-pyramid=normal"), FEW),
        ("one.mkv", (*X264, "-g", "999", "-sc_threshold", "0"), FEW),
        ("open.mkv", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"), FEW),
        ("alone.mp4", (*X264, "-g", "1"), ALL),
        ("broadcast.ts", ("-c:v", "mpeg2video", "-b:v", "8M", "-g", "12", "-bf", "2"), ALL),
    ],
)
def test_the_same_cuts_are_found_wherever_the_encoder_puts_key_frames(large, tmp_path, name, how, method):
    times, found, done = shots(made(large, tmp_path / name, *how), tmp_path / "out")
    assert times == list(CUTS)
    assert found.provenance["method"] == method, done.stdout + done.stderr
    assert found.content["frame_rate"] == pytest.approx(RATE, rel=0.001)


@env
def test_a_simple_shot_between_two_key_frames_that_show_another_one_is_found(tmp_path):
    test_card, gradient = (f"{name}=s=768x432:r={RATE}" for name in ("testsrc2", "gradients"))
    film = films.make(
        "-f", "lavfi", "-i", f"{test_card}:d=2.5", "-f", "lavfi", "-i", f"{gradient}:d=1.5:seed=3",
        "-f", "lavfi", "-i", f"{test_card}:d=8",
        "-filter_complex", "[0:v]setsar=1[a];[1:v]setsar=1[b];[2:v]setsar=1[c];[a][b][c]concat=n=3",
        *X264, "-pix_fmt", "yuv420p", "-g", "144", "-sc_threshold", "0", tmp_path / "film.mkv",
    )  # fmt: skip
    times, found, done = shots(film, tmp_path / "out")
    assert times == [60, 96]
    assert found.provenance["method"] == FEW, done.stdout + done.stderr


@env
def test_a_clip_of_a_large_picture_has_its_own_clock(large, tmp_path):
    film = made(large, tmp_path / "film.mkv", *X264, "-g", "30")
    times, found, done = shots(film, tmp_path / "out", clip="1.5-5")
    assert times == [CUTS[0] - 36, CUTS[1] - 36]
    assert found.provenance["method"] == FEW, done.stdout + done.stderr


@env
def test_still_pictures_are_not_decoded(tmp_path):
    """Of 300 frames of one shot, the key frames."""
    film = films.make(
        "-f", "lavfi", "-i", f"testsrc2=s=768x432:r={RATE}:d=0.1,loop=300:1,noise=alls=4:allf=t",
        *X264, "-pix_fmt", "yuv420p", "-g", "48", tmp_path / "still.mkv",
    )  # fmt: skip
    times, _, done = shots(film, tmp_path / "out")
    assert times == []
    decoded, frames = (
        int(re.search(rf"fact +{name} = (\d+)", done.stdout + done.stderr)[1])
        for name in ("decoded", "frames")
    )
    assert decoded < frames / 4


@env
def test_a_large_picture_with_damage_is_decoded_in_full_and_reported(large, tmp_path):
    film = made(large, tmp_path / "film.ts", *X264, "-g", "24")
    data = bytearray(film.read_bytes())
    middle = len(data) // 2 // 188 * 188
    data[middle : middle + 188 * 60] = bytes(188 * 60)
    film.write_bytes(data)
    _, found, done = shots(film, tmp_path / "out")
    assert found.provenance["method"] == ALL, done.stdout + done.stderr


@env
def test_a_key_frame_without_a_picture_ends_no_run(large, tmp_path):
    film = made(large, tmp_path / "film.mkv", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                "log-level=none:keyint=48:min-keyint=48:scenecut=0")  # fmt: skip
    data = bytearray(film.read_bytes())
    start = [at.start() for at in re.finditer(rb"\x28\x01|\x2a\x01", bytes(data))]
    for at in start[2:]:
        data[at + 2 : at + 60] = b"\xff" * 58
    film.write_bytes(data)
    _, found, done = shots(film, tmp_path / "out")
    assert found.provenance["method"] == ALL, done.stdout + done.stderr
