"""Before a run: the devices whose results are to be compared with the CPU's, compared.

This joins `orchestrator.planning.device_verdicts`, which decides, with a plan and a scheduler on the reference recording.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from orchestrator.machine import profile
from orchestrator.models import resolve as models
from orchestrator.paths import home
from orchestrator.planning import device_verdicts
from orchestrator.run_state import run_folders

if TYPE_CHECKING:
    from ipc.declaration import Stage
    from orchestrator.models.resolve import Model
    from orchestrator.planning.choices import Choice
    from orchestrator.planning.plan import Plan
    from orchestrator.run_state.events import FilmState
    from orchestrator.storage.store import Store


def compare_devices(plans: Sequence[Plan], store: Store) -> bool:
    """Compare every device that the plans would use and that nobody has compared yet; whether a plan may change by it."""
    if not any(step.choice.backend.checked for plan in plans for step in plan.steps if step.choices):
        return False
    machine_id = profile.here().id
    refused = False
    for stage, choice in dict(_unknown(plans, machine_id)).items():
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


def _check(stage: Stage, choice: Choice, store: Store, machine_id: str) -> device_verdicts.Verdict:
    from orchestrator.planning import plan as planning

    film = device_verdicts.reference()
    if film is None:
        why = "it could not be compared with the CPU: pyannote.audio, which ships the recording for it, is not installed"
        return device_verdicts.refuse(stage, choice, machine_id, why)

    def make(devices: Mapping[str, str]) -> Plan:
        named = {stage.model: _asked(choice.model)} if stage.model and choice.model else {}
        return planning.make(
            film,
            store=store,
            destination=home() / "memo" / "agreement" / "reference.mkv",
            params={"demux": {"clip": device_verdicts.CLIP}, stage.name: named},
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

    return device_verdicts.check(stage, choice, machine_id, make=make, run=run, store=store)


def _asked(model: Model) -> str:
    """What to ask for to be given this model again: its id, or the folder of one that has no name anywhere."""
    return model.id if models.on_disk(model.role, model.id) else str(model.path)
