"""Folders of runs, and the command that reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from orchestrator.cli import main
from orchestrator.errors import STORAGE, FatalError
from orchestrator.run_state import paces, run_folders, run_json
from orchestrator.stages.catalog import STAGES
from orchestrator.views.jsonlines import JsonLines
from tests.orchestrator import synthetic


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    return tmp_path


def finished(name, **content):
    with run_folders.new(name) as run:
        run.report.write_text(
            json.dumps({"outcome": "done", "seconds": 3.0, "started": "", "films": [], **content})
        )
    return run


def test_a_run_has_its_folder_with_a_place_for_logs():
    with run_folders.new("Mon film (1).mkv") as run:
        assert run.logs.is_dir()
        assert run.id.endswith("-Mon-film-1-.mkv")


def test_runs_of_one_second_do_not_share_a_folder():
    assert len({finished("movie").path for _ in range(5)}) == 5


def test_a_name_too_long_for_the_file_system_is_shortened():
    with run_folders.new("ä" * 400) as run:
        assert run.path.is_dir()


def test_a_run_counts_as_running_until_it_ends_and_as_killed_without_a_summary():
    with run_folders.new("movie") as run:
        assert run.outcome() == "running"
    assert run.outcome() == "killed"
    assert finished("movie").outcome() == "done"


def test_a_run_in_another_process_is_seen_as_running_until_that_process_dies():
    script = (
        "import sys\nfrom orchestrator.run_state import run_folders\n"
        "with run_folders.new('x') as r: print(r.path, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as other:
        other.stdout.readline()
        (run,) = run_folders.past()
        assert run.outcome() == "running"
        other.kill()
        other.wait()
        assert run.outcome() == "killed"


def test_a_run_finds_other_active_runs_of_the_same_film():
    with run_folders.new("a", films={"d1": "/films/a.mkv"}) as first:
        with run_folders.new("b", films={"d2": "/films/b.mkv", "d1": "/films/copy.mkv"}) as second:
            assert [(film, other.id) for film, other in second.beside()] == [("/films/copy.mkv", first.id)]
            assert [(film, other.id) for film, other in first.beside()] == [("/films/a.mkv", second.id)]
        assert list(first.beside()) == []


def test_a_damaged_summary_is_reported_by_the_command_that_lists_runs_but_not_by_every_later_run(capsys):
    old = finished("old")
    old.report.write_text("[]")
    with run_folders.new("movie", films={"d1": "/films/movie.mkv"}) as run:
        assert (list(run.beside()), paces.of_runs(run_folders.past())) == ([], {})
        assert run_folders.films_by_key() == {}
    assert capsys.readouterr().err == ""
    assert main(["runs", "ls"]) == 0
    assert f"{old.report}: " in capsys.readouterr().err


def test_a_run_that_was_killed_is_listed_with_its_date_and_films(capsys):
    with run_folders.new("movie", films={"d1": "/films/movie.mkv"}) as run:
        pass
    assert main(["runs", "ls", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["outcome"], row["films"]) == ("killed", ["/films/movie.mkv"])
    assert row["started"][:10].replace("-", "") == run.id[:8]


def test_the_oldest_runs_are_removed_but_never_one_that_runs():
    with run_folders.new("alive") as alive:
        kept = [finished(f"movie{i}") for i in range(4)]
        run_folders.prune(keep=2)
        assert alive.path.is_dir()
        assert len(run_folders.past()) == 3
        assert {run.id for run in run_folders.past()} >= {alive.id}
    assert kept


def test_a_new_run_makes_room_for_itself():
    for number in range(4):
        with run_folders.new(f"movie{number}", keep=3):
            pass
    assert len(run_folders.past()) == 3


def test_a_run_is_found_by_its_id_by_a_unique_part_of_it_or_as_last():
    first, second = finished("first"), finished("second")
    newest = max(first, second, key=lambda run: run.id)
    assert run_folders.find(first.id) == first
    assert run_folders.find("second") == second
    assert run_folders.find("last") == newest
    with pytest.raises(FatalError, match="matches 2 runs"):
        run_folders.find("20")
    with pytest.raises(FatalError, match="no run matches"):
        run_folders.find("third")


def test_ls_without_runs_says_how_to_start_one(capsys):
    assert main(["runs", "ls"]) == 0
    assert "orchestrator run movie.mp4" in capsys.readouterr().out


def test_ls_lists_each_run_with_its_outcome(capsys):
    run = finished("movie", started="2026-01-02T03:04:05+00:00")
    assert main(["runs", "ls"]) == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(run.id)
    assert line.endswith("done")
    assert main(["runs", "ls", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["outcome"] == "done"


def test_logs_shows_the_files_of_one_stage_only(capsys):
    run = finished("movie")
    (run.logs / "asr.stderr").write_text("loading\nno newline at the end")
    (run.logs / "asr_extra.stderr").write_text("another stage")
    (run.logs / "demux.stderr").write_text("demuxed\n")
    (run.logs / "asr.log").write_text("")
    assert main(["runs", "logs", "last", "asr"]) == 0
    assert capsys.readouterr().out == "==> asr.stderr <==\nloading\nno newline at the end\n"
    assert main(["runs", "logs", "last", "muxx"]) == 2
    assert main(["runs", "logs", "last", "mux"]) == 1
    assert "demux.stderr" in capsys.readouterr().err


def test_show_reports_a_killed_run(capsys):
    with run_folders.new("movie") as run:
        pass
    assert main(["runs", "show", run.id]) == 1
    assert "killed" in capsys.readouterr().err


def test_logs_prints_the_lines_of_a_stage_or_the_raw_events(capsys):
    run = finished("movie")
    with run.events.open("w") as stream:
        view = JsonLines(stream)
        for event, state in synthetic.states(synthetic.run(fallback="asr")):
            view(event, state)
        stream.write('{"event": "step_log", "half a line')
    assert main(["runs", "logs", run.id, "asr"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert all("] asr: " in line for line in told)
    assert told[0].endswith("asr: the process died of signal 9")
    assert told[1].endswith("asr: batch 16 -> 8: the memory of cuda is full")
    assert main(["runs", "logs", run.id, "--events"]) == 0
    assert capsys.readouterr().out == run.events.read_text() + "\n"


def test_logs_of_a_cached_run_name_the_run_that_made_the_results(capsys):
    with run_folders.new("movie") as first:
        run_json.write(first, synthetic.last(synthetic.run()), status=0)
    with run_folders.new("movie") as second:
        every = tuple(STAGES)
        run_json.write(second, synthetic.last(synthetic.run(cached=every)), status=0)
    assert main(["runs", "logs", second.id]) == 0
    told = capsys.readouterr().out.splitlines()
    assert f"asr: the result was cached, see: orchestrator runs logs {first.id} asr" in told
    assert main(["runs", "logs", second.id, "asr"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_temporary_files_are_removed_at_the_end_or_by_the_next_run_if_the_run_was_killed():
    with run_folders.new("film") as run:
        (run.scratch / "large").write_text("x")
    assert not run.scratch.exists()
    run.scratch.mkdir()
    with run_folders.new("film"):
        assert not run.scratch.exists()


def test_a_run_that_cannot_be_removed_is_not_counted_and_the_command_fails(monkeypatch, capsys):
    for name in ("one", "two"):
        finished(name)
    monkeypatch.setattr("shutil.rmtree", lambda path, **_: None)  # a read-only disk
    assert run_folders.prune(keep=0) == []
    assert main(["runs", "prune", "--keep", "1"]) == STORAGE
    said = capsys.readouterr()
    assert "cannot remove" in said.err
    assert "removed 0 runs" in said.out


def of_another_machine(age):
    """A run without a summary whose machine, which shares this folder, wrote last `age` seconds ago."""
    with run_folders.new("theirs", keep=9) as run:
        pass
    run.scratch.mkdir()
    lease = run.path / "lock"
    lease.write_text(json.dumps({"host": "0123abcd", "pid": 1, "machine": "elsewhere", "films": {"d": "/f"}}))
    when = lease.stat().st_mtime - age
    os.utime(lease, (when, when))
    return run


def test_a_run_of_another_machine_counts_as_running_while_its_lease_is_renewed():
    run = of_another_machine(5)
    assert run.outcome() == "running"
    assert run.films() == {"d": "/f"}
    with run_folders.new("mine", films={"d": "/f"}) as mine:
        assert [film for film, _ in mine.beside()] == ["/f"]
    assert run_folders.prune(keep=0) == [mine]


def test_a_run_of_another_machine_that_is_silent_keeps_its_files_for_a_day():
    run = of_another_machine(3600)
    assert run.outcome() == "killed"
    with run_folders.new("mine", keep=1):
        assert run.scratch.exists()
    old = of_another_machine(2 * 86400)
    with run_folders.new("mine", keep=9):
        assert not old.scratch.exists()
        assert run.scratch.exists()
