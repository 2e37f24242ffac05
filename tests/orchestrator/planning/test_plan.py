"""Plans: what runs, what does not, and the reasons, before anything is started."""

from __future__ import annotations

import dataclasses
import os

import pytest

from ipc.declaration import Input, Output
from ipc.thresholds import Thresholds
from orchestrator.errors import FatalError
from orchestrator.planning import cache_key, choices
from orchestrator.stages.catalog import STAGES
from tests.orchestrator import toy_stages as small
from tests.orchestrator.execution.test_scheduler import film, home, run, store  # noqa: F401
from tests.orchestrator.toy_stages import declared, make_plan, stage


def verdicts(plan):
    return {step.name: (step.verdict, step.reason) for step in plan.steps}


STAGES_AB = declared(stage("a", "film"), stage("b", "a", width=42), stage("c", "b"))


def test_everything_runs_the_first_time(film, store):  # noqa: F811
    plan = make_plan(film, store, STAGES_AB)
    assert verdicts(plan) == dict.fromkeys("abc", ("run", "first time"))


def test_what_the_words_are_aligned_with_is_known_where_models_are_chosen(film, store, monkeypatch):  # noqa: F811
    known, choose = [], choices.choose

    def noted(*args, **options):
        known.append(options["aligner"])
        return choose(*args, **options)

    monkeypatch.setattr(choices, "choose", noted)
    make_plan(film, store, STAGES_AB, params={"alignment": {"align_model": "attention"}})
    assert set(known) == {"attention"}


def test_the_plan_reports_a_result_that_gc_removed(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    store.gc(keep_bytes=0)
    assert verdicts(make_plan(film, store, STAGES_AB))["a"] == ("run", "its result is no longer in the cache")


def test_nothing_runs_the_second_time(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    assert {v for v, _ in verdicts(make_plan(film, store, STAGES_AB)).values()} == {"cached"}


def test_a_changed_parameter_runs_its_stage_and_perhaps_those_after_it(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    plan = make_plan(film, store, STAGES_AB, params={"b": {"width": 36}})
    assert verdicts(plan) == {
        "a": ("cached", ""),
        "b": ("run", "width: 42 -> 36"),
        "c": ("maybe", "CACHED if the b is unchanged"),
    }


def test_a_parameter_that_affects_only_speed_reruns_nothing(film, store, tmp_path):  # noqa: F811
    stages = declared(stage("a", "film", batch_size=8))
    run(store, tmp_path, film, stages)
    plan = make_plan(film, store, stages, params={"a": {"batch_size": 2}})
    assert verdicts(plan)["a"][0] == "cached"


def test_a_changed_film_reruns_its_readers_and_later_stages_only_if_needed(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    film.write_text("a film, its tags changed")
    plan = make_plan(film, store, STAGES_AB)
    assert verdicts(plan)["a"] == ("run", "film changed")
    assert verdicts(plan)["b"] == ("maybe", "CACHED if the a is unchanged")
    steps, _ = run(store, tmp_path, film, STAGES_AB)
    assert [s.status for s in steps.values()] == ["done", "cached", "cached"]


def test_a_new_version_of_a_stage_makes_its_results_stale(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    newer = {**STAGES_AB, "b": dataclasses.replace(STAGES_AB["b"], version=2)}
    assert verdicts(make_plan(film, store, newer))["b"] == ("run", "stage version: 1 -> 2")


class Limits(Thresholds):
    """Thresholds of a stage."""

    loud: float = 0.5
    steps: tuple[tuple[int, float], ...] = ((1, 0.5),)


def test_a_threshold_that_changes_makes_the_results_of_its_stage_stale(film, store, tmp_path):  # noqa: F811
    def with_limits(limits):
        return {**STAGES_AB, "b": dataclasses.replace(STAGES_AB["b"], thresholds=(limits,))}

    run(store, tmp_path, film, with_limits(Limits()))
    assert verdicts(make_plan(film, store, with_limits(Limits())))["b"] == ("cached", "")
    louder = verdicts(make_plan(film, store, with_limits(Limits(loud=0.6))))
    assert louder["b"] == ("run", "threshold Limits.loud: 0.5 -> 0.6")


def with_output(stages, stage_name, output):
    """The stages, of which one has another output."""
    old = stages[stage_name]
    more = dataclasses.replace(old, outputs=(*old.outputs, Output(name=output, kind="turns")))
    return {**stages, stage_name: more}


def test_a_newly_declared_output_reruns_its_stage_only_if_requested(
    film,  # noqa: F811
    store,  # noqa: F811
    tmp_path,
):
    run(store, tmp_path, film, STAGES_AB)
    stages = with_output(STAGES_AB, "b", "extra")
    before = make_plan(film, store, STAGES_AB)
    unasked = make_plan(film, store, stages, published=("turns",))
    assert {verdict for verdict, _ in verdicts(unasked).values()} == {"cached"}
    requested = make_plan(film, store, stages, published=("turns", "extra"))
    assert verdicts(requested) == {
        "a": ("cached", ""),
        "b": ("run", "extra is new"),
        "c": ("maybe", "CACHED if the b is unchanged"),
    }
    assert [plan.step("b").key for plan in (unasked, requested)] == [before.step("b").key] * 2


def test_a_stage_reruns_if_another_stage_reads_an_output_that_its_result_lacks(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    stages = with_output(STAGES_AB, "a", "extra")
    reads = dataclasses.replace(stages["c"], inputs=(Input(name="extra", source="a.extra"),))
    assert verdicts(make_plan(film, store, stages))["a"] == ("cached", "")
    assert verdicts(make_plan(film, store, {**stages, "c": reads}))["a"] == ("run", "extra is new")


def test_a_forced_stage_runs_although_its_result_is_cached(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    assert [v for v, _ in verdicts(make_plan(film, store, STAGES_AB, force=frozenset("b"))).values()] == [
        "cached", "run", "maybe",
    ]  # fmt: skip
    assert [v for v, _ in verdicts(make_plan(film, store, STAGES_AB, from_=("b",))).values()] == [
        "cached", "run", "run",
    ]  # fmt: skip


def test_until_turns_off_the_stages_after_it(film, store):  # noqa: F811
    plan = make_plan(film, store, STAGES_AB, until=("b",))
    assert verdicts(plan)["c"] == ("off", "--until b")


def test_a_stage_is_off_if_a_stage_it_needs_is_off(film, store):  # noqa: F811
    plan = make_plan(film, store, STAGES_AB, off={"b": "--no-b"})
    assert verdicts(plan)["c"] == ("off", "b is off")
    with pytest.raises(FatalError, match="c: cannot run, because it is off"):
        make_plan(film, store, STAGES_AB, off={"b": "--no-b"}, force=frozenset("c"))


def test_from_does_not_force_a_stage_that_is_off(film, store):  # noqa: F811
    plan = make_plan(film, store, STAGES_AB, off={"c": "--no-c"}, from_=("b",))
    assert [step.forced for step in plan.steps] == [False, True, False]


def test_an_optional_input_from_a_stage_that_is_off_is_omitted(film, store):  # noqa: F811
    optional = dataclasses.replace(stage("c", "a", "b"), name="c")
    inputs = tuple(dataclasses.replace(i, optional=i.name == "b") for i in optional.inputs)
    stages = {**STAGES_AB, "c": dataclasses.replace(optional, inputs=inputs)}
    assert make_plan(film, store, stages, off={"b": "--no-b"}).step("c").inputs == {"a": "a.turns"}


def test_another_film_of_the_same_content_at_another_path_shares_the_results(film, store, tmp_path):  # noqa: F811
    run(store, tmp_path, film, STAGES_AB)
    copy = tmp_path / "copy.txt"
    copy.write_text(film.read_text())
    assert {v for v, _ in verdicts(make_plan(copy, store, STAGES_AB)).values()} == {"cached"}


def test_the_declared_stages_fit_together():
    kinds = {f"{s.name}.{o.name}": o.kind for s in STAGES.values() for o in s.outputs}
    seen = {"film"}
    for declaration in STAGES.values():
        for needed in declaration.inputs:
            assert needed.source == "film" or needed.source in kinds
            assert needed.source.split(".")[0] in seen
        seen.add(declaration.name)
    assert len({s.backends[0].runner for s in STAGES.values()}) == len(STAGES)
    assert small.ROOT.exists()


def test_a_film_name_that_is_not_utf_8_has_a_cache_key():
    assert cache_key.key_of({"destination": os.fsdecode(b"caf\xe9.subtitled.mkv")})
