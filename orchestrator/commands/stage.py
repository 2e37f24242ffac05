"""`orchestrator stage`: one stage alone, in its environment, on its real inputs, to see what it does."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.environments import process_env, registry
from orchestrator.errors import FAILED, INTERRUPTED, OK, STATUS_OF_CATEGORY, USAGE, FatalError
from orchestrator.execution.job import Job, Task
from orchestrator.execution.recipe import credentials, load_command
from orchestrator.execution.run_command import run_command
from orchestrator.execution.scheduler import tasks_of
from orchestrator.machine import limits
from orchestrator.paths import home
from orchestrator.planning.plan import Plan, Step
from orchestrator.storage.store import Store


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "stage",
        help="run one stage alone, in its environment, to debug it",
        description="Bring the stages before it up to date, then run STAGE in the foreground with its events printed. Its outputs "
        "go to a folder of their own and not into the store.",
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("film", type=Path, metavar="FILM")
    film_options.add(parser)
    parser.add_argument("--pdb", action="store_true", help="open the debugger where it fails")
    parser.add_argument("--print-command", action="store_true", help="print the command to paste, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Run the stage; returns the exit status."""
    if arguments.until or arguments.from_:
        raise FatalError("stage runs one stage: --from and --until have no meaning here", status=USAGE)
    arguments.until = arguments.stage
    store = Store(home() / "store")
    plan = film_options.plan_of(arguments, arguments.film, store)
    step = [step for step in plan.steps if arguments.stage in (step.name, step.stage.base)][-1]
    known = _prepare(plan, step, store)
    folder = home() / "debug" / f"{plan.film.stem}-{step.name}"
    folder.mkdir(parents=True, exist_ok=True)
    command = _command(plan, step, folder, known)
    if arguments.print_command:
        print(shlex.join(command))
        return OK
    if arguments.pdb:
        command.append("--pdb")
    backend, threads = step.choice.backend, _task(plan, step).threads
    own = process_env.for_worker(backend.env, backend.device, threads, os.environ)
    environment = registry.child_environment(backend.env, {**own, **credentials(step.stage, os.environ)})
    try:
        done = subprocess.run(command, env=environment, check=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    if done.returncode != 0:
        return FAILED
    print(f"outputs: {folder}", file=sys.stderr)
    return OK


def _prepare(plan: Plan, step: Step, store: Store) -> dict[str, Path]:
    """Run what the step reads from where it is not there yet; returns the paths of its inputs by source."""
    from orchestrator.execution.scheduler import Scheduler
    from orchestrator.run_state.run_folders import new
    from orchestrator.runs.film_outputs import Files
    from orchestrator.runs.session import check
    from orchestrator.views.plain import Plain

    before = dataclasses.replace(plan, steps=tuple(s for s in plan.steps if s.name != step.name))
    check([before, dataclasses.replace(plan, steps=(step,))], store)
    # Not among the runs of films: what went wrong here is printed, and there is no summary to show.
    with store.in_use(), new(plan.film.stem, root=home() / "debug" / "runs") as record:
        busy = any(s.verdict in {"run", "maybe"} for s in before.steps)
        state = Scheduler(
            store, record.logs, Files({}, overwrite=False), observers=[Plain()] if busy else []
        ).run([before])
    found = {"film": plan.film}
    for done in state.films[0].steps:
        if done.error is not None:
            raise FatalError(
                f"{done.name}, which {step.name} needs, failed: {done.error.message}",
                done.error.hint,
                STATUS_OF_CATEGORY.get(done.error.category, FAILED),
            )
        if done.status not in {"done", "cached"}:
            continue
        entry = store.find(done.key)
        if entry is not None:
            found |= {f"{done.name}.{output}": entry.path(output) for output in entry.manifest.outputs}
    if state.interrupted:
        raise KeyboardInterrupt
    return found


def _command(plan: Plan, step: Step, folder: Path, known: dict[str, Path]) -> list[str]:
    """Write what the child is to do into `folder`, and give the command that does it."""
    backend = step.choice.backend
    job = Job(task=_task(plan, step))
    load = load_command(job.recipe, step.choice.model)
    inputs = {name: known[source] for name, source in step.inputs.items()}
    run = run_command(job, inputs, folder, folder / plan.place_of(step.stage).name)
    spec = folder / "spec.json"
    body = {"load": dataclasses.asdict(load), "run": dataclasses.asdict(run)}
    spec.write_text(json.dumps(body, ensure_ascii=False, indent=2, default=os.fspath))
    python = registry.require(backend.env)
    return [str(python), "-P", "-m", "ipc.child", backend.runner, "--spec", str(spec)]


def _task(plan: Plan, step: Step) -> Task:
    """The step as a run would have it, with as many threads."""
    return next(task for task in tasks_of(0, plan, limits.machine().cores) if task.step.name == step.name)
