"""A device with wrong results is detected before it is used, with real processes."""

from __future__ import annotations

import pytest

from ipc.declaration import Backend, Output, Param, Stage
from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.planning import device_verdicts, plan
from orchestrator.planning.choice import Refusal
from orchestrator.runs import device_check
from tests.orchestrator import toy_stages as small
from tests.orchestrator.machines import YES, machine

RUNNER = "tests.orchestrator.runners.faulty"
HERE = machine("darwin-arm64", media={"mps": YES}, here=True)


class Nothing:
    def publish(self, plan, step, entry):
        return ()


def faulty(fault):
    return Stage(
        name="faulty",
        version=1,
        backends=(
            Backend(device="mps", env="media", runner=RUNNER, checked=True),
            Backend(device="cpu", env="media", runner=RUNNER),
        ),
        inputs=(small.Input(name="film", source="film"),),
        outputs=(Output(name="turns", kind="turns"),),
        params=(Param(name="fault", default=fault, load=True),),
    )


@pytest.fixture
def checked(tmp_path, monkeypatch):
    """Check the device for a stage with a fault; returns the verdict and the plan that is made after it."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(device_verdicts, "_this_run", {})
    film, logs = tmp_path / "reference.wav", tmp_path / "logs"
    film.write_text("speech")
    logs.mkdir()
    store = small.new_store(tmp_path)

    def make(stage, devices):
        return plan.make(
            film, store=store, destination=film, stages={"faulty": stage}, devices=devices, machine=HERE
        )

    def run(planned):
        limits = Limits(cores=2, memory_mb=4000)
        return Scheduler(store, logs, Nothing(), limits=limits, spawn=small.spawn).run([planned]).films[0]

    def check(fault):
        stage = faulty(fault)
        choice = make(stage, {}).step("faulty").choice
        assert choice.backend.device == "mps"
        verdict = device_check.check(
            stage, choice, HERE.id, make=lambda devices: make(stage, devices), run=run, store=store
        )
        return verdict, make(stage, {}).step("faulty")

    return check


@pytest.mark.parametrize("fault", ["none", "rounding"])
def test_a_device_with_the_same_results_is_used(checked, fault):
    verdict, step = checked(fault)
    assert verdict.agrees
    assert (step.choice.backend.device, step.refused) == ("mps", ())


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("shift", "turns: 15.4% of the time differs (tolerance 2%)"),
        ("swap", "turns: 56.7% of the time differs"),
        ("lost", "turns: 36.5% of the time differs"),
        ("nan", "NaN or infinity"),
        ("dies", "was killed by signal 6"),
    ],
)
def test_a_device_with_wrong_results_is_replaced_by_the_cpu_and_the_plan_gives_the_reason(
    checked, fault, why
):
    verdict, step = checked(fault)
    assert not verdict.agrees
    assert why in verdict.said
    assert step.choice.backend.device == "cpu"
    assert step.refused == (Refusal("mps", verdict.said),)


def test_a_verdict_is_stored_for_this_machine_only(checked, monkeypatch):
    verdict, step = checked("shift")
    monkeypatch.setattr(device_verdicts, "_this_run", {})  # another process
    backend, model = step.stage.backends[0], step.choice.model
    assert device_verdicts.known(step.stage, backend, model, HERE.id) == verdict
    assert device_verdicts.known(step.stage, backend, model, "another machine") is None
    assert device_verdicts.forget() == 1
    assert device_verdicts.known(step.stage, backend, model, HERE.id) is None
