"""Device check: compares the results of a device with the CPU's, once for each machine, lock and model.

On some machines pyannote returned wrong times on Apple's GPU, without an error. Before a `checked` backend is
used, its stage therefore runs on a reference recording (20 s of a telephone call that ships with
pyannote.audio), on the CPU and on the device, and the results are compared. The check is an ordinary run,
with the same plan, processes and store as for a film. The verdict is stored
(`orchestrator.planning.device_verdicts`); if the check cannot be made (no memory, no disk space), the device
is not used in this run, and the next run tries again.
"""

from __future__ import annotations

import dataclasses
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
from orchestrator.util import terminal

if TYPE_CHECKING:
    from ipc.declaration import Stage
    from orchestrator.models.resolve import Model
    from orchestrator.planning.choice import Choice
    from orchestrator.planning.plan import Plan
    from orchestrator.run_state.states import FilmState, StepState
    from orchestrator.storage.store import Store


REFERENCE = "lib/python*/site-packages/pyannote/audio/sample/sample.wav"
CLIP = "0:06-0:26"
"""The part of the recording in which both people speak."""
_PASSING = frozenset({"oom_device", "oom_host", "storage", "env", "stalled", "cancelled", "auth"})
"""Categories of errors that do not depend on the device's results."""


def compare_devices(plans: Sequence[Plan], store: Store) -> bool:
    """Check every device of the plans that has no verdict yet; returns whether a plan may change."""
    if not any(step.choice.backend.checked for plan in plans for step in plan.steps if step.choices):
        return False
    machine_id = profile.here().id
    rejected = False
    unchecked = {
        (stage.name, choice.model.revision if choice.model else "", _card(choice)): (stage, choice)
        for stage, choice in _unchecked(plans, machine_id)
    }
    for stage, choice in unchecked.values():
        device = choice.device
        terminal.tell(f"{stage.name}: checking {device} against the CPU on 20 s of speech (once)")
        verdict = _check(stage, choice, store, machine_id)
        outcome = "passed the device check" if verdict.agrees else "is not used"
        terminal.tell(f"{stage.name}: {device} {outcome}: {verdict.said}")
        rejected = rejected or not verdict.agrees
    return rejected


def _card(choice: Choice) -> str:
    """The model of the GPU that is checked, on a machine that has several models."""
    return choice.places[0].card if choice.places else ""


def _unchecked(plans: Sequence[Plan], machine_id: str) -> Iterator[tuple[Stage, Choice]]:
    for plan in plans:
        for step in plan.steps:
            if step.verdict not in {"run", "maybe"} or not step.choice.backend.checked:
                continue
            for model in device_verdicts.models(step.choice.model):
                for choice in _by_card(dataclasses.replace(step.choice, model=model)):
                    card = _card(choice)
                    if device_verdicts.known(step.stage, choice.backend, model, machine_id, card) is None:
                        yield step.stage, choice


def _by_card(choice: Choice) -> Iterator[Choice]:
    """The choice on one GPU of each model: what one computes, its equals compute too."""
    if not choice.places:
        yield choice
    cards: set[str] = set()
    for place in choice.places:
        if place.card not in cards:
            cards.add(place.card)
            yield dataclasses.replace(choice, places=(place,))


def _check(stage: Stage, choice: Choice, store: Store, machine_id: str) -> Verdict:
    from orchestrator.planning import plan as planning

    film = reference()
    if film is None:
        why = "the device check needs a recording that ships with pyannote.audio, which is not installed"
        return _store_verdict(stage, choice, machine_id, Verdict(agrees=False, said=why), this_run_only=True)

    def make(devices: Mapping[str, str]) -> Plan:
        model = {stage.model: _name_of(choice.model)} if stage.model and choice.model else {}
        return planning.make(
            film,
            store=store,
            destination=home() / "memo" / "agreement" / "reference.mkv",
            params={"demux": {"clip": CLIP}, stage.name: model},
            off={"mux": "device check"},
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
            state = Scheduler(store, record.logs, Files({}, overwrite=False), scratch=record.scratch).run(
                [plan]
            )
        if state.interrupted:
            raise KeyboardInterrupt
        return state.films[0]

    return check(stage, choice, machine_id, make=make, run=run, store=store)


def _name_of(model: Model) -> str:
    """The value of the model's option: its id, or its folder if it has no id."""
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
    """Run `stage` on the reference recording, on the CPU and by `choice`, compare, and store the verdict.

    `make` plans a run up to the stage, given devices by stage; `run` runs a plan and returns the film's last
    state. If a run fails, the verdict is against the device.
    """
    results: list[dict[str, tuple[str, Path]]] = []
    for devices in ({"": "cpu"}, {"": "cpu", stage.name: choice.device}):
        state = run(_without_fallbacks(make(devices)))
        step = state.step(stage.name)
        entry = store.find(step.key) if step.status in {"done", "cached"} else None
        if entry is None:
            where = choice.device if results else "cpu"
            failed = next((other for other in state.steps if other.error is not None), step)
            return _failed(stage, choice, machine_id, failed, where)
        outputs = entry.manifest.outputs.items()
        results.append({name: (record.kind, entry.path(name)) for name, record in outputs})
    difference = compare(results[0], results[1])
    verdict = Verdict(agrees=difference.agrees, said=difference.reason)
    return _store_verdict(stage, choice, machine_id, verdict)


def _failed(stage: Stage, choice: Choice, machine_id: str, step: StepState, device: str) -> Verdict:
    """The verdict if one of the two runs failed. It is stored if the device caused the failure."""
    why = step.error.message.splitlines()[0] if step.error else "it did not finish"
    verdict = Verdict(agrees=False, said=f"{step.name} failed on {device} in the device check: {why}")
    lasting = device != "cpu" and step.error is not None and step.error.category not in _PASSING
    _store_verdict(stage, choice, machine_id, verdict, this_run_only=True)
    return _store_verdict(stage, choice, machine_id, verdict) if lasting else verdict


def _store_verdict(
    stage: Stage, choice: Choice, machine_id: str, verdict: Verdict, *, this_run_only: bool = False
) -> Verdict:
    return device_verdicts.keep(
        stage, choice.backend, choice.model, machine_id, verdict, _card(choice), this_run_only=this_run_only
    )


def reference() -> Path | None:
    """The reference recording; None if the environment that ships it is not installed."""
    return next(registry.get("pyannote").venv.glob(REFERENCE), None)


def _without_fallbacks(plan: Plan) -> Plan:
    """The plan without fallbacks: after a fallback to the CPU, the CPU would be compared with itself."""
    steps = tuple(dataclasses.replace(step, choices=step.choices[:1]) for step in plan.steps)
    return dataclasses.replace(plan, steps=steps)
