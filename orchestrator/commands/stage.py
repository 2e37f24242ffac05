"""`orchestrator stage`: runs one stage in its environment, on its real inputs, for debugging."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from ipc import json_text
from ipc.suggest import hint
from orchestrator.commands import film_options
from orchestrator.environments import process_env, registry
from orchestrator.errors import FAILED, INTERRUPTED, OK, STATUS_OF_CATEGORY, USAGE, FatalError
from orchestrator.execution.job import Job, Task
from orchestrator.execution.recipe import credentials, load_command, visible
from orchestrator.execution.run_command import run_command
from orchestrator.execution.tasks import tasks_of
from orchestrator.machine import limits
from orchestrator.paths import home
from orchestrator.planning.plan import Plan, Step
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.store import Store
from orchestrator.util import terminal


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "stage",
        help="run a single stage, to debug it",
        description="Run STAGE in the foreground and print its events, after bringing the stages before it "
        "up to date. Its outputs are written to a separate folder, not to the cache.",
    )
    parser.add_argument("stage", metavar="STAGE", help="the stage to run")
    parser.add_argument("film", type=Path, metavar="FILM", help="the film to run it on")
    film_options.add(parser)
    parser.add_argument("--pdb", action="store_true", help="open the debugger if it fails")
    parser.add_argument(
        "--print-command", action="store_true", help="print the stage's command line and stop"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the stage; returns the exit status."""
    if arguments.until or arguments.from_:
        raise FatalError("stage runs one stage: --from and --until have no meaning here", "omit them", USAGE)
    base = arguments.stage.partition("-")[0]
    if base not in STAGES:
        raise FatalError(f"there is no stage {arguments.stage!r}", hint(base, STAGES), USAGE)
    arguments.until = arguments.stage
    store = Store(home() / "store")
    plan = film_options.plan_of(arguments, arguments.film, store)
    step = [step for step in plan.steps if arguments.stage in (step.name, step.stage.base)][-1]
    paths = _prepare(plan, step, store)
    folder = home() / "debug" / f"{plan.film.stem}-{step.name}"
    folder.mkdir(parents=True, exist_ok=True)
    command = _command(plan, step, folder, paths)
    if arguments.print_command:
        terminal.show(shlex.join(command))
        return OK
    if arguments.pdb:
        command.append("--pdb")
    backend, threads = step.choice.backend, _task(plan, step).threads
    variables = process_env.for_worker(backend.env, backend.device, threads, os.environ)
    variables |= credentials(step.stage.secrets, os.environ)
    variables |= visible(Job(task=_task(plan, step)).recipe, os.environ)
    environment = registry.child_environment(backend.env, variables)
    try:
        done = subprocess.run(command, env=environment, check=False, cwd=folder)
    except KeyboardInterrupt:
        return INTERRUPTED
    if done.returncode != 0:
        return FAILED
    terminal.tell(f"outputs: {folder}")
    return OK


def _prepare(plan: Plan, step: Step, store: Store) -> dict[str, Path]:
    """Run the stages that the step reads from, unless cached; returns its inputs' paths by source."""
    from orchestrator.execution.scheduler import Scheduler
    from orchestrator.run_state.run_folders import new
    from orchestrator.runs.film_outputs import Files
    from orchestrator.runs.intake import check
    from orchestrator.views.plain import Plain

    before = dataclasses.replace(plan, steps=tuple(s for s in plan.steps if s.name != step.name))
    check([before, dataclasses.replace(plan, steps=(step,))], store)
    # Kept apart from the runs of films: errors are printed here, and there is no summary to show.
    with store.in_use(), new(plan.film.stem, root=home() / "debug" / "runs") as record:
        busy = any(s.verdict in {"run", "maybe"} for s in before.steps)
        state = Scheduler(
            store,
            record.logs,
            Files({}, overwrite=False),
            observers=[Plain()] if busy else [],
            scratch=record.scratch,
        ).run([before])
    paths = {"film": plan.film}
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
            paths |= {f"{done.name}.{output}": entry.path(output) for output in entry.manifest.outputs}
    if state.interrupted:
        raise KeyboardInterrupt
    return paths


def _command(plan: Plan, step: Step, folder: Path, paths: dict[str, Path]) -> list[str]:
    """Write the stage's commands to `folder`, and return the command line that runs them."""
    backend = step.choice.backend
    job = Job(task=_task(plan, step))
    load = load_command(job.recipe, step.choice.model)
    inputs = {name: paths[source] for name, source in step.inputs.items()}
    run = run_command(job, inputs, folder, folder / plan.place_of(step.stage).name)
    spec = folder / "spec.json"
    body = {"load": dataclasses.asdict(load), "run": dataclasses.asdict(run)}
    spec.write_text(json_text.dumps(body, indent=2, default=os.fspath))
    python = registry.require(backend.env)
    return [str(python), "-P", "-m", "ipc.child", backend.runner, "--spec", str(spec)]


def _task(plan: Plan, step: Step) -> Task:
    """The task of the step, with as many threads as in a run."""
    return next(task for task in tasks_of(0, plan, limits.machine().cores) if task.step.name == step.name)
