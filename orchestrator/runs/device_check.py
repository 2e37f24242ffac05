"""Before a run: whether each device gives what the CPU gives, asked once for a machine, a lock and a model, on real speech.

pyannote on Apple's GPU gave wrong times on some machines and perfect ones on others, without an error anywhere. So before a
backend that is `checked` is used, its stage runs on a reference recording (20 s of two people on a telephone, which
pyannote.audio ships) on the CPU and on the device, from the same inputs, and both results are compared. The run is an
ordinary one: the same plan, processes and store as for a film. A verdict is kept (`orchestrator.planning.device_verdicts`); a check
that could not be made (no memory, no space) holds for this run, and the next one tries again.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.environments import registry
from orchestrator.machine import profile
from orchestrator.models import resolve as models
from orchestrator.paths import home
from orchestrator.planning import device_verdicts
from orchestrator.planning.device_verdicts import Verdict
from orchestrator.run_state import run_folders
from orchestrator.runs.compare_results import compare

if TYPE_CHECKING:
    from ipc.declaration import Stage
    from orchestrator.models.resolve import Model
    from orchestrator.planning.choice import Choice
    from orchestrator.planning.plan import Plan
    from orchestrator.run_state.events import FilmState, StepState
    from orchestrator.storage.store import Store


REFERENCE = "lib/python*/site-packages/pyannote/audio/sample/sample.wav"
CLIP = "0:06-0:26"
"""The part of it in which both speak."""
_PASSING = frozenset({"oom_device", "oom_host", "storage", "env", "stalled", "cancelled", "auth"})
"""Failures that say nothing of the device's figures."""


def compare_devices(plans: Sequence[Plan], store: Store) -> bool:
    """Compare every device that the plans would use and that nobody has compared yet; whether a plan may change by it."""
    if not any(step.choice.backend.checked for plan in plans for step in plan.steps if step.choices):
        return False
    machine_id = profile.here().id
    refused = False
    unknown = {stage.name: (stage, choice) for stage, choice in _unknown(plans, machine_id)}
    for stage, choice in unknown.values():
        device = choice.backend.device
        print(f"{stage.name}: comparing {device} with the CPU on 20 s of speech, once", file=sys.stderr)
        verdict = _check(stage, choice, store, machine_id)
        print(
            f"{stage.name}: {device} {'agrees' if verdict.agrees else 'is not used'}: {verdict.said}",
            file=sys.stderr,
        )
        refused = refused or not verdict.agrees
    return refused


def _unknown(plans: Sequence[Plan], machine_id: str) -> Iterator[tuple[Stage, Choice]]:
    for plan in plans:
        for step in plan.steps:
            if step.verdict not in {"run", "maybe"} or not step.choice.backend.checked:
                continue
            choice = step.choice
            if device_verdicts.known(step.stage, choice.backend, choice.model, machine_id) is None:
                yield step.stage, choice


def _check(stage: Stage, choice: Choice, store: Store, machine_id: str) -> Verdict:
    from orchestrator.planning import plan as planning

    film = reference()
    if film is None:
        why = "it could not be compared with the CPU: pyannote.audio, which ships the recording for it, is not installed"
        return _kept(stage, choice, machine_id, Verdict(agrees=False, said=why), this_run_only=True)

    def make(devices: Mapping[str, str]) -> Plan:
        named = {stage.model: _asked(choice.model)} if stage.model and choice.model else {}
        return planning.make(
            film,
            store=store,
            destination=home() / "memo" / "agreement" / "reference.mkv",
            params={"demux": {"clip": CLIP}, stage.name: named},
            off={"mux": "a reference run"},
            until=(stage.name,),
            devices=devices,
            offline=True,
        )

    def run(plan: Plan) -> FilmState:
        from orchestrator.execution.scheduler import Scheduler
        from orchestrator.runs.film_outputs import Files

        with (
            store.in_use(),
            run_folders.new("reference", root=home() / "memo" / "agreement" / "runs") as record,
        ):
            state = Scheduler(store, record.logs, Files({}, overwrite=False)).run([plan])
        if state.interrupted:
            raise KeyboardInterrupt
        return state.films[0]

    return check(stage, choice, machine_id, make=make, run=run, store=store)


def _asked(model: Model) -> str:
    """What to ask for to be given this model again: its id, or the folder of one that has no name anywhere."""
    return model.id if models.on_disk(model.role, model.id) else str(model.path)


def check(
    stage: Stage,
    choice: Choice,
    machine_id: str,
    *,
    make: Callable[[Mapping[str, str]], Plan],
    run: Callable[[Plan], FilmState],
    store: Store,
) -> Verdict:
    """Run `stage` on the reference by `choice` and on the CPU, compare, and keep the verdict.

    `make` plans a run on the reference up to the stage, given devices by stage; `run` runs a plan to its end and returns the
    film's last state. Where a run fails, the verdict is against the device.
    """
    results: list[dict[str, tuple[str, Path]]] = []
    for devices in ({"": "cpu"}, {"": "cpu", stage.name: choice.backend.device}):
        state = run(_without_ways_out(make(devices)))
        step = state.step(stage.name)
        entry = store.find(step.key) if step.status in {"done", "cached"} else None
        if entry is None:
            where = choice.backend.device if results else "cpu"
            failed = next((other for other in state.steps if other.error is not None), step)
            return _failed(stage, choice, machine_id, failed, where)
        outputs = entry.manifest.outputs.items()
        results.append({name: (record.kind, entry.path(name)) for name, record in outputs})
    found = compare(results[0], results[1])
    return _kept(stage, choice, machine_id, Verdict(agrees=found.agrees, said=found.said))


def _failed(stage: Stage, choice: Choice, machine_id: str, step: StepState, device: str) -> Verdict:
    """The verdict where one of the two runs came to no result; it is kept where the device is what failed."""
    why = step.error.message.splitlines()[0] if step.error else "it did not run to its end"
    verdict = Verdict(
        agrees=False, said=f"{step.name} failed on {device} in the comparison with the CPU: {why}"
    )
    lasting = device != "cpu" and step.error is not None and step.error.category not in _PASSING
    _kept(stage, choice, machine_id, verdict, this_run_only=True)
    return _kept(stage, choice, machine_id, verdict) if lasting else verdict


def _kept(
    stage: Stage, choice: Choice, machine_id: str, verdict: Verdict, *, this_run_only: bool = False
) -> Verdict:
    return device_verdicts.keep(
        stage, choice.backend, choice.model, machine_id, verdict, this_run_only=this_run_only
    )


def reference() -> Path | None:
    """The reference recording, or None where the environment that ships it is not there."""
    return next(registry.get("pyannote").venv.glob(REFERENCE), None)


def _without_ways_out(plan: Plan) -> Plan:
    """The plan with nothing to fall back to: a result of the CPU would agree with the CPU's."""
    steps = tuple(dataclasses.replace(step, choices=step.choices[:1]) for step in plan.steps)
    return dataclasses.replace(plan, steps=steps)
