"""`orchestrator devices`: the hardware profile, what every environment can use of it, and what each stage would use."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from orchestrator import agreement, choosing, learnt
from orchestrator import format as fmt
from orchestrator import machine as machines
from orchestrator.choosing import Chosen
from orchestrator.errors import OK, FatalError
from orchestrator.machine import Machine
from orchestrator.stages import STAGES


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "devices",
        help="show what this machine has, and what each stage would use of it",
        description="Show the processor, the memory, what every environment's own framework says of each device, and where each "
        "stage would run with which model, compute type and batch. Kept answers are asked again when a driver, a lock or the "
        "machine changes.",
    )
    parser.add_argument(
        "--json", action="store_true", help="as JSON, which `plan --machine` reads on another machine"
    )
    parser.add_argument("--machine", type=Path, metavar="FILE", help="another machine, from its --json")
    parser.add_argument(
        "--forget",
        action="store_true",
        help="forget what was found out before: answers, comparisons, and what memory taught",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the profile; returns the exit status."""
    if arguments.forget:
        counts = (machines.forget(), agreement.forget(), learnt.forget())
        print("forgot {} answers, {} comparisons with the CPU, {} lessons about memory".format(*counts))
        return OK
    machine = machines.recorded(arguments.machine) if arguments.machine else machines.here()
    chosen = {name: _chosen(name, machine) for name, stage in STAGES.items() if not stage.off}
    if arguments.json:
        stages = [_row(name, found) for name, found in chosen.items()]
        print(json.dumps({"machine": machine.to_json(), "stages": stages}, indent=2, ensure_ascii=False))
        return OK
    print("\n".join([*_profile(machine), "", *_answers(machine), "", *_stages(chosen)]))
    return OK


def _chosen(stage: str, machine: Machine) -> Chosen | FatalError:
    try:
        return choosing.choose(STAGES[stage], {}, {}, machine=machine, offline=True)
    except FatalError as error:
        return error


def _row(stage: str, found: Chosen | FatalError) -> dict[str, Any]:
    if isinstance(found, FatalError):
        return {"stage": stage, "error": found.message}
    choice = found.choices[0]
    return {
        "stage": stage,
        "device": choice.backend.device,
        "env": choice.backend.env,
        "model": choice.model.id if choice.model else None,
        "compute_type": choice.params.get("compute_type"),
        "batch_size": choice.params.get("batch_size"),
        "why": choice.why,
        "refused": list(found.refused),
        "notes": list(found.notes),
        "ways_out": [other.backend.device for other in found.choices[1:]],
    }


def _profile(machine: Machine) -> list[str]:
    driver = f", NVIDIA driver {machine.driver}" if machine.driver else ""
    return [
        f"{machine.platform}: {machine.cpu}, {machine.cores} cores, {machine.memory_mb / 1024:.0f} GB{driver}"
    ]


def _answers(machine: Machine) -> list[str]:
    """A line for each environment and device that was asked for, or that nobody had to ask for."""
    found = []
    for env in machine.envs:
        for device, answer in machine.envs[env].items():
            if device == "cpu":
                continue
            memory = f", {answer.memory_mb / 1024:.0f} GB" if answer.memory_mb else ""
            types = f"; {', '.join(answer.compute_types)}" if answer.compute_types else ""
            told = answer.why_not or (
                f"{answer.name or 'yes'}{memory}{types}"
                if answer.accelerator
                else f"works, on the processor{types}"
            )
            found.append((env, device, told))
    if not found:
        return ["no sign of an accelerator: no NVIDIA or AMD device, no Metal"]
    return fmt.table(found)


def _stages(chosen: dict[str, Chosen | FatalError]) -> list[str]:
    rows: list[tuple[str, ...]] = [("stage", "device", "env", "model", "compute", "batch", "why")]
    notes = []
    for name, found in chosen.items():
        row = _row(name, found)
        if isinstance(found, FatalError):
            rows.append((name, "", "", "", "", "", found.message))
            continue
        batch = row["batch_size"] if STAGES[name].batch_floor is not None else None
        cells = (row["device"], row["env"], row["model"], row["compute_type"], batch, row["why"])
        rows.append((name, *(str(cell or "") for cell in cells)))
        notes += [f"{name}: {text}" for text in (*found.refused, *found.notes)]
    return fmt.table(rows) + notes
