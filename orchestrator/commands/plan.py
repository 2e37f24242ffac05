"""`orchestrator plan`: what a run would do, and why."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from orchestrator import options
from orchestrator.choosing import Choice
from orchestrator.plan import Plan, Step

_HOW = {"run": "RUN", "maybe": "MAYBE", "cached": "CACHED", "off": "off"}


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plan",
        help="say what a run would do, and why",
        description="Print every stage with RUN, CACHED or off, the device and model it would use, and the reason.",
    )
    parser.add_argument("films", nargs="+", type=Path, metavar="FILM")
    options.add_film_options(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the plans; returns the exit status."""
    from orchestrator.home import home
    from orchestrator.store import Store

    store = Store(home() / "store")
    plans = [options.plan_from(arguments, film, store) for film in arguments.films]
    if arguments.json:
        print(json.dumps([_as_json(plan) for plan in plans], ensure_ascii=False, indent=2))
        return 0
    for plan in plans:
        print("\n".join(lines(plan)))
    return 0


def lines(plan: Plan) -> list[str]:
    """The plan as lines of text."""
    rows = [("stage", "", "env", "device", "model", "why")]
    for step in plan.steps:
        choice = step.choice if step.choices else None
        rows.append(
            (
                step.name,
                _HOW[step.verdict],
                choice.backend.env if choice else "",
                choice.backend.device if choice else "",
                choice.model.id if choice and choice.model else "",
                step.reason,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    table = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]).rstrip()
        for row in rows
    ]
    if sys.stdout.isatty():
        table[0] = f"\033[2m{table[0]}\033[0m"
    todo = sum(step.verdict == "run" for step in plan.steps)
    maybe = sum(step.verdict == "maybe" for step in plan.steps)
    tail = f" and perhaps {maybe} more" if maybe else ""
    verdict = f"{todo} to run{tail}" if todo or maybe else "nothing to run: every result is there"
    return [str(plan.film), *table, f"{verdict}; the film goes to {plan.destination}"]


def _as_json(plan: Plan) -> dict[str, Any]:
    return {
        "film": str(plan.film),
        "digest": plan.film_digest,
        "destination": str(plan.destination),
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "stage": step.name,
        "verdict": step.verdict,
        "reason": step.reason,
        "key": step.key,
        "notes": list(step.notes),
        "choices": [_choice(choice) for choice in step.choices],
    }


def _choice(choice: Choice) -> dict[str, Any]:
    model = choice.model
    return {
        "device": choice.backend.device,
        "env": choice.backend.env,
        "runner": choice.backend.runner,
        "model": {"id": model.id, "revision": model.revision} if model else None,
        "params": dict(choice.params),
        "why": choice.why,
    }
