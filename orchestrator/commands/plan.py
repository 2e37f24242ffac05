"""`orchestrator plan`: shows what a run would do, and why."""

from __future__ import annotations

import argparse
from typing import Any

from orchestrator.commands import film_options, folder_options
from orchestrator.errors import OK, PARTIAL, USAGE, FatalError, FilmError
from orchestrator.planning.choice import Choice
from orchestrator.planning.plan import Plan, Step
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.notices import notice, say

_HOW = {"run": "RUN", "maybe": "MAYBE", "cached": "CACHED", "off": "off"}


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plan",
        help="show what a run would do, and why",
        description="Show for every stage whether it would run (RUN), might run (MAYBE), is cached "
        "(CACHED) or is off, with its device, model and the reason. Runs and downloads nothing.",
    )
    folder_options.add_films(parser)
    film_options.add(parser)
    folder_options.add(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    film_options.add_machine(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plans; returns the exit status."""
    from orchestrator.paths import home
    from orchestrator.storage.store import Store

    film_options.check_text_is_of_one_film(arguments)
    store = Store(home() / "store")
    for line in film_options.misspelt_variables():
        notice(line)
    if folder_options.asked(arguments):
        from orchestrator.commands import library_plan

        return library_plan.run(arguments, store)
    plans: list[Plan] = []
    refused: list[FatalError] = []
    for film in arguments.films:
        try:
            plans.append(film_options.plan_of(arguments, film, store, fetch=False))
        except FatalError as error:
            if len(arguments.films) == 1 or (error.status == USAGE and not isinstance(error, FilmError)):
                raise
            say(error)
            refused.append(error)
    if arguments.json:
        terminal.show_json([_as_json(plan) for plan in plans])
    else:
        for plan in plans:
            film, headings, *rest = lines(plan)
            terminal.show(film)
            terminal.show_faint(headings)
            terminal.show_lines(rest)
    if refused:
        return PARTIAL if plans else refused[0].status
    return OK


def lines(plan: Plan) -> list[str]:
    """The plan as lines of text: a table of the stages, then the reason for each stage's device."""
    rows: list[tuple[str, ...]] = [("stage", "", "env", "device", "model", "compute", "batch", "why")]
    rows += [(step.name, _HOW[step.verdict], *_cells(step), step.reason) for step in plan.steps]
    table = fmt.table(rows)
    todo = sum(step.verdict == "run" for step in plan.steps)
    maybe = sum(step.verdict == "maybe" for step in plan.steps)
    tail = f", {maybe} more may have to run" if maybe else ""
    verdict = (
        f"{fmt.plural(todo, 'stage')} to run{tail}"
        if todo or maybe
        else "nothing to run: every result is cached"
    )
    burned = [plan.place_of(step.stage) for step in plan.steps if step.stage.base == "burn" and step.choices]
    places = " and ".join(map(str, [plan.destination, *burned]))
    return [str(plan.film), *table, *_reasons(plan), f"{verdict}; the film will be written to {places}"]


def _cells(step: Step) -> tuple[str, ...]:
    """Environment, device, model, compute type and batch size of a step; empty if it is off."""
    if not step.choices:
        return ("",) * 5
    choice = step.choice
    params = choice.params
    batch = params.get("batch_size") if step.stage.batch_floor is not None else None
    return (
        choice.backend.env,
        choice.device,
        choice.model.id if choice.model else "",
        str(params.get("compute_type") or ""),
        str(batch or ""),
    )


def _reasons(plan: Plan) -> list[str]:
    """Why each stage uses its device, which devices it cannot use, and advice."""
    lines = []
    for step in plan.steps:
        if step.choices and step.choice.why:
            lines.append(f"{step.name}: {step.choice.device}: {step.choice.why}")
        lines += [f"{step.name}: {text}" for text in (*step.refused, *step.notes)]
    return lines


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
        "refused": [str(refusal) for refusal in step.refused],
        "notes": list(step.notes),
        "choices": [_choice(choice) for choice in step.choices],
    }


def _choice(choice: Choice) -> dict[str, Any]:
    model = choice.model
    return {
        "device": choice.backend.device,
        **({"gpus": [place.device for place in choice.places]} if choice.places else {}),
        "env": choice.backend.env,
        "runner": choice.backend.runner,
        "model": {"id": model.id, "revision": model.revision} if model else None,
        "params": dict(choice.params),
        "why": choice.why,
    }
