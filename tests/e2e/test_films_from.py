"""A run that gets its films one after another on standard input."""

from __future__ import annotations

import json
import subprocess

import pytest

from orchestrator.errors import INPUT
from tests.e2e.conftest import ROOT, ffmpeg


@pytest.fixture
def films(tmp_path):
    paths = [tmp_path / f"{note}.mkv" for note in (220, 330)]
    for path in paths:
        ffmpeg("-f", "lavfi", "-i", f"sine=frequency={path.stem}:duration=2", path)
    return paths


def test_films_are_added_while_the_run_goes_and_their_options_count(program, films, tmp_path):
    run = subprocess.Popen(
        program.command("run", "--json", "--films-from", "-", "--until", "demux"),
        env=program.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdin
    assert run.stdout
    events = []

    def until(name):
        for line in run.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == name:
                return events[-1]
        raise AssertionError(f"no {name}: {events}")

    def ask(film, name, **options):
        run.stdin.write(json.dumps({"film": str(film), "id": name, "options": options}) + "\n")
        run.stdin.flush()

    ask(films[0], "one")
    assert until("film_ended")["outcome"] == "done"
    ask(tmp_path / "none.mkv", "none")
    assert until("film_refused")["status"] == INPUT
    ask(films[1], "two", clip="0-1")
    assert until("film_ended")["id"] == "two"
    run.stdin.close()
    assert until("run_ended")["outcome"] == "done"
    run.stdout.close()
    run.wait(10)
    loads = [event["load_seconds"] for event in events if event["event"] == "step_running"]
    assert loads[1] == 0  # the process of the first film went on with the second
    done = [event["facts"]["seconds"] for event in events if event["event"] == "step_done"]
    assert done == [pytest.approx(2, abs=0.1), pytest.approx(1, abs=0.1)]
