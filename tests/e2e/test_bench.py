"""`orchestrator bench` with real models: on 30 seconds of film, and on the recording with its references."""

from __future__ import annotations

import json
import shutil
import signal
import time

import pytest

from tests.e2e.conftest import ffmpeg

pytestmark = pytest.mark.env("scoring")
CHEAP = ("--lengths", "10s", "--until", "silero_vad")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with a small picture, which costs less to encode and to examine than the real one."""
    folder = tmp_path_factory.mktemp("bench")
    shots = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4")
    ffmpeg(*shots, "-c:v", "libx264", "-preset", "ultrafast", folder / "pattern.mp4")
    return folder


def test_a_benchmark_measures_every_stage_and_leaves_no_trace_in_the_users_home(program, workspace, tmp_path):
    output = tmp_path / "bench.json"
    before = set(program.home.rglob("manifest.json"))
    words = ("bench", "--repeat", "1", *CHEAP, "--workspace", workspace)
    told = program(*words, "--against", "pyannote", "--output", output)
    body = json.loads(output.read_text())
    (run,) = body["runs"]
    stages = {stage["stage"]: stage for stage in run["stages"]}
    assert {"demux", "silero_vad"} <= set(stages)
    assert all(stage["cpu_s"] > 0 for stage in stages.values())
    assert sum(stage["cpu_s"] for stage in stages.values()) < run["cpu_s"]
    assert run["peak_memory"] > 0.7 * max(stage["peak_memory"] for stage in stages.values())
    assert 9 < run["film_seconds"] < 11
    assert (
        "community-1 is not on this disk"
        in {one["name"]: one["missing"] for one in body["subjects"]}["pyannote"]
    )
    assert "| 10s |" in told.stdout
    assert set(program.home.rglob("manifest.json")) == before

    shown = program("bench", "--results", output, "--compare", output, "--fail-above", "1%")
    assert "within the spread" in shown.stdout
    slower = json.loads(output.read_text())
    slower["runs"][0]["wall_s"] *= 2
    output.with_name("slower.json").write_text(json.dumps(slower))
    told = program(
        "bench", "--results", output.with_name("slower.json"), "--compare", output, "--fail-above", "50%",
        status=1,
    )  # fmt: skip
    assert "worse: 10s, all stages: time +100%" in told.stderr


def test_an_interrupted_benchmark_ends_what_it_started_and_keeps_what_it_measured(
    program, workspace, tmp_path
):
    output = tmp_path / "bench.json"
    words = ("bench", *CHEAP, "--workspace", workspace, "--output", output)
    running = program.start(*words)
    runs = workspace / "orchestrator" / "home" / "runs"
    shutil.rmtree(runs, ignore_errors=True)
    deadline = time.monotonic() + 120
    while not list(runs.glob("*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130
    assert json.loads(output.read_text())["interrupted"]
    mark = f"ORCHESTRATOR_HOME={workspace}/orchestrator/home"
    assert not [line for line in program.alive() if mark in line]


def test_a_folder_is_scored_and_the_next_table_shows_the_change(program, finished, film, recording, tmp_path):
    """The stages of the film are cached, because `finished` ran it."""
    folder = tmp_path / "data"
    (folder / "call").mkdir(parents=True)
    shutil.copy(film, folder / "call" / "call.mkv")
    for ending in (".stm", ".rttm"):
        shutil.copy(recording.with_suffix(ending), folder / "call" / f"call{ending}")
    (folder / "broken").mkdir()
    (folder / "broken" / "film.mkv").write_text("no film")
    (folder / "broken" / "film.txt").write_text("hello")
    words = ("bench", "--accuracy", folder, "--threads", "1")
    first = json.loads(program(*words, "--json").stdout)
    broken, call = first["recordings"]
    assert "film.mkv" in broken["error"]
    assert 0 < call["scores"]["wer"]["rate"] < 0.4
    assert call["scores"]["speakers"]["true"] == 2
    told = program(*words)
    assert "in brackets: the change since" in told.stdout
    assert "call" in told.stdout
    assert "failed:" in told.stdout
    assert set(program.how().values()) == {"cached"}
