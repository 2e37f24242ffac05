"""`orchestrator run --ray local` with Ray itself, on recordings that take a moment."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def recording(path, hertz):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        tone = (int(9000 * math.sin(at * hertz * math.tau / 16000)) for at in range(16000))
        file.writeframes(b"".join(struct.pack("<h", one) for one in tone))
    return path


@pytest.mark.slow
@pytest.mark.env("cluster", "media")
def test_films_are_done_by_a_worker_of_ray_and_their_results_reach_the_depot(tmp_path):
    films = [recording(tmp_path / f"tone{hertz}.wav", hertz) for hertz in (220, 440)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environ = {**kept, "ORCHESTRATOR_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    words = ["--ray", "local", "--ray-results", f"file://{tmp_path}/depot", "--until", "demux", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "run", *words, *films], cwd=ROOT, env=environ, check=False,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    logs = "\n".join(path.read_text() for path in (tmp_path / "home" / "runs").glob("*/ray.log"))
    assert done.returncode == 0, done.stderr + logs
    assert [event["event"] for event in events][-1] == "run_ended"
    assert "machine_left" not in {event["event"] for event in events}
    (run,) = (tmp_path / "home" / "runs").glob("*-tone220/run.json")
    summary = json.loads(run.read_text())
    assert {film["machine"] for film in summary["films"]} == set(summary["machines"])
    keys = {
        stage["key"] for film in summary["films"] for stage in film["stages"] if stage["status"] == "done"
    }
    assert len(keys) == 2
    assert {path.stem for path in (tmp_path / "depot" / "results").glob("*/*.tar")} == keys
    assert {path.name for path in (tmp_path / "depot" / "films").glob("*/*")} == keys
    assert not (tmp_path / ".ray").exists()
