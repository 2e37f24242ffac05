"""Films that are rejected before a run starts, and the messages."""

from __future__ import annotations

import errno

import pytest

from ipc.digests import file_digest
from orchestrator import cli
from orchestrator.config.values import Layer
from orchestrator.errors import CLOSED_PIPE, DEGRADED, FAILED, INPUT, OK, PARTIAL, STORAGE, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning.film_path import film_of
from orchestrator.planning.request import Scope
from orchestrator.run_state.states import Failure, FilmState, RunState, StepState
from orchestrator.runs import exit_status, intake
from orchestrator.runs.invocation import Invocation
from orchestrator.storage.store import Store
from orchestrator.surroundings.streams import OutputError


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """Plan for films of these names; returns the plans' films and the errors of the others."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))

    def plan(*names):
        for name in names:
            (tmp_path / name).write_text(name)
        films = tuple(tmp_path / name for name in names)
        typed = Invocation(films=films, command_line=Layer(), scope=Scope(until="demux"))
        films = intake.plans_of(typed, Store(tmp_path / "store"))
        return [plan.film.name for plan in films.plans.values()], [str(one) for one in films.errors()]

    return plan


def test_of_two_films_with_the_same_stem_only_the_first_runs(planned):
    films, sentences = planned("a.mp4", "a.mkv", "b.mkv")
    assert films == ["a.mp4", "b.mkv"]
    assert len(sentences) == 1
    assert "their output files would have the same names" in sentences[0]


def test_a_film_made_by_this_tool_is_rejected_until_it_changes(planned, tmp_path, monkeypatch):
    made = tmp_path / "a.subtitled.mkv"
    made.write_text(made.name)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    Ledger().remember(made, file_digest(made), tmp_path / "a.mkv")
    with pytest.raises(FatalError, match=r"made by this tool from .*a\.mkv") as caught:
        planned(made.name)
    assert caught.value.status == INPUT
    Ledger().remember(made, "of what stood here before", tmp_path / "a.mkv")
    assert planned(made.name)[0] == [made.name]


def test_a_film_with_too_long_a_name_is_rejected_before_anything_runs(planned):
    films, sentences = planned("a.mkv", "x" * 249 + ".mkv")
    assert films == ["a.mkv"]
    assert "is too long" in sentences[0]


def test_films_not_started_because_of_a_full_disk_are_not_a_success(tmp_path):
    def film(name, status, error=None):
        step = StepState(name="demux", status=status, error=error)
        return FilmState(path=tmp_path / name, title=name, digest=name, steps=(step,))

    full = film("a", "failed", Failure(category="storage", message="the disk is full"))
    assert exit_status.of_run(RunState(films=(full, film("b", "waiting")))) == STORAGE
    assert exit_status.of_run(RunState(films=(film("b", "cached"), full))) == PARTIAL


def test_a_folder_without_films_is_an_error_and_one_is_no_film_where_one_is_wanted(tmp_path, capsys):
    folder = tmp_path / "my films"
    folder.mkdir()
    (folder / "notes.txt").write_text("x")
    assert cli.main(["run", str(folder)]) == INPUT
    assert f"{folder}: no film is in it" in capsys.readouterr().err
    for name in ("a.avi", "b.mkv", "c.mkv"):
        (folder / name).write_text("x")
    with pytest.raises(FatalError) as caught:
        film_of(folder)
    assert caught.value.hint == f"name the films in it: '{folder}'/*.mkv"
    with pytest.raises(FatalError) as caught:
        film_of(tmp_path)
    assert caught.value.hint == "name the films in it"


def test_a_run_that_could_not_write_all_of_its_output_never_ends_with_0(tmp_path):
    def film(status):
        step = StepState(name="demux", status=status, degraded=("half of it",))
        return FilmState(path=tmp_path, title="a", digest="a", steps=(step,))

    done, failed = RunState(films=(film("done"),)), RunState(films=(film("failed"),))
    assert exit_status.of_run(done) == OK
    assert exit_status.of_run(done, strict=frozenset([tmp_path])) == DEGRADED
    assert exit_status.of_run(done, strict=frozenset([tmp_path]), unwritten=[tmp_path]) == STORAGE
    assert exit_status.of_run(failed, unwritten=[tmp_path]) == FAILED
    assert exit_status.of_lost_output(OutputError(errno.EPIPE, "Broken pipe")) == CLOSED_PIPE
    assert exit_status.of_lost_output(OutputError(errno.ENOSPC, "No space left on device")) == STORAGE
