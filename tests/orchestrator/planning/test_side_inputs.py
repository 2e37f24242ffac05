"""What a plan takes up besides the film: files, what is off, what a network kept from it, and credentials."""

from __future__ import annotations

import dataclasses
import os

import pytest

from ipc.declaration import Input
from orchestrator.errors import FatalError
from orchestrator.execution import recipe
from orchestrator.planning import side_inputs
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.execution.test_scheduler import film, home, run, store  # noqa: F401
from tests.orchestrator.toy_stages import declared, make_plan, stage


def of(film, **options):  # noqa: F811
    return side_inputs.params(film, "d" * 64, environ={}, **options)


def test_the_reason_for_a_missing_cast_is_given(film):  # noqa: F811
    assert "no .nfo" in side_inputs.why_no_names(of(film)["tmdb"])


@pytest.mark.parametrize("how", ["nfo", "cast", "key"])
def test_one_source_is_enough(film, how):  # noqa: F811
    options = {}
    if how == "nfo":
        film.with_name(f"{film.name}.nfo").write_text("<movie><title>A</title></movie>")
    if how == "cast":
        options["cast"] = film.with_name("cast.csv")
        options["cast"].write_text("Aditi")
    environ = {"TMDB_API_KEY": "0123456789"} if how == "key" else {}
    found = side_inputs.params(film, "d" * 64, environ=environ, **options)["tmdb"]
    assert side_inputs.why_no_names(found) == ""
    assert "0123456789" not in str(found)


def test_a_key_has_no_effect_offline(film):  # noqa: F811
    found = side_inputs.params(film, "d" * 64, offline=True, environ={"TMDB_API_KEY": "0123456789"})
    assert side_inputs.why_no_names(found["tmdb"])


def test_a_missing_cast_file_is_reported_before_the_run(film):  # noqa: F811
    with pytest.raises(FatalError, match="file not found"):
        of(film, cast=film.with_name("none.csv"))


def with_file():
    made = stage("a", "film", nfo=None)
    params = tuple(dataclasses.replace(p, file=p.name == "nfo") for p in made.params)
    return declared(dataclasses.replace(made, params=params))


def test_a_file_counts_by_content_not_by_path(film, store, tmp_path):  # noqa: F811
    first, second = tmp_path / "first.nfo", tmp_path / "second.nfo"
    first.write_text("a cast")
    second.write_text("a cast")

    def key(path):
        return make_plan(film, store, with_file(), params={"a": {"nfo": str(path)}}).steps[0].key

    assert key(first) == key(second)
    second.write_text("another cast")
    assert key(first) != key(second)


def test_an_input_from_a_stage_that_is_off_comes_from_the_earlier_stage(film, store):  # noqa: F811
    last = dataclasses.replace(
        stage("c"), inputs=(Input(name="turns", source="b.turns", otherwise="a.turns"),)
    )
    stages = declared(stage("a", "film"), stage("b", "a"), last)
    assert make_plan(film, store, stages).step("c").inputs == {"turns": "b.turns"}
    assert make_plan(film, store, stages, off={"b": "--no-b"}).step("c").inputs == {"turns": "a.turns"}
    both = make_plan(film, store, stages, off={"a": "--no-a"})
    assert both.step("c").verdict == "off"


def test_a_result_made_without_network_is_made_again(film, store, tmp_path):  # noqa: F811
    stages = declared(stage("a", "film", transient="the network was away"), stage("b", "a"))
    run(store, tmp_path, film, stages)
    plan = make_plan(film, store, stages)
    assert (plan.step("a").verdict, plan.step("a").reason) == ("run", "last time: the network was away")
    steps, _ = run(store, tmp_path, film, stages)
    assert [step.status for step in steps.values()] == ["done", "cached"]


def test_a_stage_s_process_gets_its_own_credentials_and_no_other():
    environ = {"TMDB_API_KEY": "a", "TRANSLATION_API_KEY": "b", "HF_TOKEN": "c"}
    assert recipe.credentials(STAGES["tmdb"].secrets, environ) == {"TMDB_API_KEY": "a"}
    assert recipe.credentials(STAGES["asr"].secrets, environ) == {}


def test_a_cast_that_is_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "cast.csv")
    with pytest.raises(FatalError, match="a pipe, not a file"):
        side_inputs._cast(tmp_path / "cast.csv")
