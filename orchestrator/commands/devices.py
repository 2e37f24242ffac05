"""`orchestrator devices`: shows the hardware, the usable devices, and the choice of each stage."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestrator.errors import OK, FatalError
from orchestrator.machine import answers as machine_answers
from orchestrator.machine import gpus
from orchestrator.machine import profile as machines
from orchestrator.machine.answers import Answer
from orchestrator.machine.profile import Machine
from orchestrator.planning import choices, device_verdicts, memory_limits
from orchestrator.planning.choice import Chosen
from orchestrator.planning.recommendations import recommend
from orchestrator.stages.catalog import STAGES
from orchestrator.util import terminal
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "devices",
        help="show this machine's hardware and what each stage would use",
        description="Show the processor, the memory, the devices that each environment can use, and the "
        "device, model, compute type and batch size that each stage would use. Probe results are cached "
        "until a driver, an environment or the hardware changes.",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON, which `plan --machine` reads on another machine"
    )
    parser.add_argument(
        "--machine", type=Path, metavar="FILE", help="show another machine, from its `devices --json`"
    )
    parser.add_argument(
        "--forget",
        action="store_true",
        help="forget probe results, device checks and remembered memory limits",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the profile; returns the exit status."""
    if arguments.forget:
        counts = {
            "probe result": machine_answers.forget(),
            "device check": device_verdicts.forget(),
            "memory limit": memory_limits.forget(),
        }
        terminal.show(f"forgot {', '.join(fmt.plural(count, what) for what, count in counts.items())}")
        return OK
    machine = machines.recorded(arguments.machine) if arguments.machine else machines.here()
    chosen = {name: _chosen(name, machine) for name, stage in STAGES.items() if not stage.off}
    if arguments.json:
        stages = [_row(name, found, machine) for name, found in chosen.items()]
        terminal.show_json({"machine": machine.to_json(), "stages": stages})
        return OK
    terminal.show_lines([machine.summary, "", *answers(machine), "", *_stages(chosen)])
    return OK


def _chosen(stage: str, machine: Machine) -> Chosen | FatalError:
    try:
        return choices.choose(STAGES[stage], {}, {}, machine=machine, offline=True)
    except FatalError as error:
        return error


def _row(stage: str, found: Chosen | FatalError, machine: Machine) -> dict[str, Any]:
    if isinstance(found, FatalError):
        return {"stage": stage, "error": found.message}
    choice = found.choices[0]
    return {
        "stage": stage,
        "device": choice.backend.device,
        **({"gpus": [place.device for place in choice.places]} if choice.places else {}),
        "env": choice.backend.env,
        "model": choice.model.id if choice.model else None,
        "compute_type": choice.params.get("compute_type"),
        "batch_size": choice.params.get("batch_size"),
        "why": choice.why,
        "recommended": asdict(recommend(stage, choice.backend, machine)),
        "refused": [str(refusal) for refusal in found.refused],
        "notes": list(found.notes),
        "ways_out": [other.backend.device for other in found.choices[1:]],
    }


def answers(machine: Machine) -> list[str]:
    """A line for each environment and device that can be used, or that should be usable here but is not."""
    rows = [
        (env, device, _described(answer, machine.cpu if device in {"mps", "mlx"} else "yes"))
        for env in machine.envs
        for device, answer in machine.envs[env].items()
        if device != "cpu" and (not answer.why_not or machine.expects(gpus.kind(device.partition("/")[0])))
    ]
    return fmt.table(rows) if rows else ["no accelerator was detected: no NVIDIA or AMD device, no Metal"]


def _described(answer: Answer, otherwise: str) -> str:
    """A device in one line: why it cannot be used, or its name, memory and compute types."""
    if answer.why_not:
        return answer.why_not
    names = {"hip": "ROCm", "cuda": "CUDA", "capability": "compute capability", "architecture": ""}
    facts = (
        f"{names.get(name, name + ':')} {value}".strip() for name, value in answer.facts.items() if value
    )
    memory = f"{answer.memory_mb / 1024:.0f} GB" if answer.memory_mb else ""
    what = (answer.name or otherwise) if answer.accelerator else "works on the CPU only, for tests"
    return "; ".join(
        filter(None, (", ".join(filter(None, (what, memory, *facts))), ", ".join(answer.compute_types)))
    )


def _stages(chosen: dict[str, Chosen | FatalError]) -> list[str]:
    rows: list[tuple[str, ...]] = [("stage", "device", "env", "model", "compute", "batch", "why")]
    notes = []
    for name, found in chosen.items():
        if isinstance(found, FatalError):
            rows.append((name, "", "", "", "", "", found.message))
            continue
        choice = found.choices[0]
        params = choice.params
        batch = params.get("batch_size") if STAGES[name].batch_floor is not None else None
        model = choice.model.id if choice.model else None
        where = (choice.device, choice.backend.env)
        cells = (*where, model, params.get("compute_type"), batch, choice.why)
        rows.append((name, *(str(cell or "") for cell in cells)))
        notes += [f"{name}: {text}" for text in (*found.refused, *found.notes)]
    return fmt.table(rows) + notes
