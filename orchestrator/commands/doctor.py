"""`orchestrator doctor`: checks the environment, device and model of every stage by running a small job."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from ipc.declaration import Backend, Stage
from ipc.legible import legible
from ipc.suggest import hint
from orchestrator.commands import devices as devices_command
from orchestrator.commands import verbosity
from orchestrator.environments import registry, visible_gpus
from orchestrator.environments.run_module import run_module
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError
from orchestrator.machine import profile
from orchestrator.machine.gpus import number_of
from orchestrator.paths import home
from orchestrator.planning import choices, devices
from orchestrator.stages.catalog import STAGES
from orchestrator.util import terminal
from orchestrator.util import text as fmt

AT_ONCE = 2
"""Environments checked in parallel. Each imports large libraries, which loads disk and memory."""
PATIENCE_S = 300

_Job = tuple[Stage, Backend, dict[str, Any]]
"""A stage, its backend and its parameters."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The result for one stage, of several GPUs on one.

    `verdict` is `ready`, `not ready` or `off`; `mend` is the command that repairs it.
    """

    stage: str
    environment: str
    device: str
    model: str
    verdict: str
    detail: str
    mend: str = ""
    seconds: float = 0.0


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "doctor",
        help="check every environment, device and model, and suggest fixes",
        description="Check the environment, device and model of every stage by running a small job. "
        "The exit status is 3 if something is not ready.",
    )
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="only these stages")
    parser.add_argument("--json", action="store_true", help="print JSON")
    verbosity.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the stages, print a table, and the commands that repair what is not ready."""
    if unknown := set(arguments.stages) - set(STAGES):
        raise FatalError(f"there is no stage {min(unknown)!r}", hint(min(unknown), STAGES), USAGE)
    rows = examine(
        [stage for stage in STAGES.values() if not arguments.stages or stage.name in arguments.stages]
    )
    ready = all(row.verdict != "not ready" for row in rows)
    if arguments.json:
        terminal.show_json({"ready": ready, "stages": [asdict(row) for row in rows], "machine": _machine()})
    else:
        _show(rows)
    return OK if ready else ENVIRONMENT


def examine(stages: Iterable[Stage]) -> list[Row]:
    """A row for each stage, in order, and for each of several GPUs; `AT_ONCE` processes check at a time."""
    rows: dict[tuple[str, str], Row] = {}
    jobs: dict[tuple[str, str], list[_Job]] = {}
    order = []
    for stage in stages:
        prepared = _prepare(stage)
        if isinstance(prepared, Row):
            order.append((stage.name, ""))
            rows[order[-1]] = prepared
            continue
        backend, params, gpus = prepared
        for gpu in gpus:
            order.append((stage.name, gpu))
            jobs.setdefault((backend.env, gpu), []).append((stage, backend, params))
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for (_, gpu), found in zip(jobs, pool.map(lambda job: _try(*job), jobs.items()), strict=True):
            rows.update({(row.stage, gpu): row for row in found})
    return [rows[one] for one in order]


def _prepare(stage: Stage) -> Row | tuple[Backend, dict[str, Any], Sequence[str]]:
    """The backend, the parameters and the GPUs (of several) to check a stage with, or its row if there is
    nothing to check.
    """
    if stage.off:
        return Row(stage=stage.name, environment="", device="", model="", verdict="off", detail=stage.off)
    backend, this = stage.on_cpu(), profile.here()
    try:
        backend = devices.choose(stage, {}, this)[0][0]
        if reason := registry.health(backend.env):
            return _not_ready(stage, backend, reason, f"orchestrator envs sync {backend.env}")
        choice = choices.choose(stage, {}, {}, machine=this, offline=True).choices[0]
        model = choice.model.to_json() if choice.model else {}
        params = {**choice.params, "_threads": 1, "_model": model}
    except FatalError as error:
        return _not_ready(stage, backend, error.message, error.command or "orchestrator envs sync models")
    return choice.backend, params, [place.device for place in choice.places] or [""]


def _not_ready(stage: Stage, backend: Backend, why: str, mend: str) -> Row:
    return Row(
        stage=stage.name, environment=backend.env, device=backend.device, model="", verdict="not ready",
        detail=why, mend=mend,
    )  # fmt: skip


def _try(where: tuple[str, str], jobs: list[_Job]) -> list[Row]:
    """Check all stages of an environment, of several GPUs on one, in one process."""
    env, gpu = where
    number = number_of(gpu)
    variables = {} if number is None else visible_gpus.only(number, os.environ)
    specs = [
        {"stage": stage.name, "runner": backend.runner, "device": backend.device, "params": params}
        for stage, backend, params in jobs
    ]
    answers: dict[str, Mapping[str, Any]] = {}
    why = "the process printed no result"
    try:
        done = run_module(env, "selfcheck", json.dumps(specs), timeout=PATIENCE_S, variables=variables)
        for line in done.stdout.splitlines():
            if line.startswith('{"stage"'):
                answer = json.loads(line)
                answers[answer["stage"]] = answer
        if done.returncode:
            errors = done.stderr.strip().splitlines() or ["nothing on stderr"]
            why = f"the process ended with status {done.returncode}: {errors[-1]}"
    except subprocess.TimeoutExpired:
        why = f"the process did not answer within {PATIENCE_S} s"
    except OSError as error:
        why = f"the process did not start: {error.strerror}"
    return [
        _row(stage, backend, gpu or backend.device, params, answers.get(stage.name), why)
        for stage, backend, params in jobs
    ]


def _row(
    stage: Stage,
    backend: Backend,
    device: str,
    params: Mapping[str, Any],
    answer: Mapping[str, Any] | None,
    why: str,
) -> Row:
    ok = bool(answer and answer["ok"])
    return Row(
        stage=stage.name,
        environment=backend.env,
        device=device,
        model=str(params["_model"].get("id", "")),
        verdict="ready" if ok else "not ready",
        detail=answer["detail"] if answer else why,
        mend="" if ok else f"orchestrator envs rm {backend.env} && orchestrator envs sync {backend.env}",
        seconds=answer["seconds"] if answer else 0.0,
    )


def _machine() -> dict[str, Any]:
    """What a bug report needs about the machine."""
    import platform

    place = home()
    while not place.exists():
        place = place.parent
    return {
        "platform": registry.this_platform(),
        "python": platform.python_version(),
        "home": str(home()),
        "free_bytes": shutil.disk_usage(place).free,
        "machine": profile.here().to_json(),
    }


def _show(rows: list[Row]) -> None:
    from rich import box
    from rich.table import Table

    console = terminal.console(highlight=False)
    wide = console.width >= 110
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("stage", "environment", "device", "model", "verdict", *(["by"] if wide else [])):
        table.add_column(name, no_wrap=name != "by")
    colours = {"ready": "green", "not ready": "bold red", "off": "dim"}
    for row in rows:
        verdict = f"[{colours[row.verdict]}]{row.verdict}[/]"
        by = [_plain(row.detail) if row.verdict != "not ready" else ""] if wide else []
        table.add_row(
            row.stage, row.environment or "-", row.device or "-", _plain(row.model or "-"), verdict, *by
        )
    console.print(table)
    for row in rows:
        if row.verdict == "not ready":
            console.print(f"[bold red]{row.stage}[/]: {_plain(row.detail)}", soft_wrap=True)
    this = profile.here()
    console.print(
        "\n".join(_plain(line) for line in (this.summary, *devices_command.answers(this))), soft_wrap=True
    )
    machine = _machine()
    free = fmt.size(machine["free_bytes"])
    console.print(f"results and models are stored in {_plain(machine['home'])} ({free} free)", soft_wrap=True)
    repairs = dict.fromkeys(row.mend for row in rows if row.mend)
    for repair in repairs:
        console.print(f"repair with: [bold]{_plain(repair)}[/]", soft_wrap=True)
    if not repairs:
        console.print("everything is ready: orchestrator run movie.mp4, or orchestrator demo")


def _plain(text: str) -> str:
    """`text` on one line, with its square brackets escaped for rich."""
    from rich.markup import escape

    return escape(legible(text))
