"""What `--quiet` prints, and the last event of a run."""

from __future__ import annotations

import io
import json

import pytest

from orchestrator import cli
from orchestrator.views import quiet


def test_a_quiet_run_prints_the_paths_and_what_went_wrong():
    summary = {
        "films": [{"outputs": [{"path": "/films/a.en.srt", "note": ""}]}],
        "degraded": [{"film": "/films/a.mkv", "stage": "asr", "reason": "half of it"}],
        "failed": [{"film": "/films/a.mkv", "stage": "mux", "message": "no\nmore", "hint": "try again"}],
    }
    out, err = io.StringIO(), io.StringIO()
    quiet.show(summary, out, err)
    assert out.getvalue() == "/films/a.en.srt\n"
    assert err.getvalue().splitlines() == [
        "orchestrator: a.mkv: asr degraded: half of it",
        "orchestrator: a.mkv: mux failed: no",
        "  try again",
    ]


@pytest.mark.parametrize("words", [["no.mkv"], ["no.mkv", "--num-speakers", "two"]])
def test_a_run_that_cannot_start_has_a_last_event(capsys, tmp_path, monkeypatch, words):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    status = cli.main(["run", *words, "--json"])
    body = json.loads(capsys.readouterr().out)
    assert (body["event"], body["outcome"], body["exit_status"], body["files"]) == (
        "run_ended",
        "refused",
        status,
        [],
    )
    assert body["error"]["message"]


def test_quiet_and_verbose_contradict_each_other_and_quiet_commands_print_nothing(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    assert cli.main(["run", "a.mkv", "-q", "-v"]) == 2
    assert "contradict" in capsys.readouterr().err
    assert cli.main(["cache", "gc", "-q"]) == 0
    assert capsys.readouterr().out == ""
