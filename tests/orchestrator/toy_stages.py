"""Small stages for tests, and a way to run them: real processes of the development environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from ipc.declaration import Backend, Input, Output, Param, Resources, Stage
from orchestrator.execution import worker
from orchestrator.planning import plan
from orchestrator.storage.store import Store

ROOT = Path(__file__).resolve().parents[2]
groups: list[int] = []
"""Process groups of the workers that were started."""


def stage(name, *sources, devices=("cpu",), stall_s=60.0, **defaults):
    """A stage `name` that runs `runners.work` and reads `sources` (`film`, or names of stages)."""
    affects = {"batch_size": "speed", "marks": "speed", "seconds": "speed", "slow_load": "speed"}
    values = {"value": name, "what": "", **defaults}
    return Stage(
        name=name,
        version=1,
        backends=tuple(
            Backend(device=d, env="media", runner="tests.orchestrator.runners.work") for d in devices
        ),
        inputs=tuple(
            Input(name=source, source=source if source == "film" else f"{source}.turns") for source in sources
        ),
        outputs=(Output(name="turns", kind="turns"),),
        params=tuple(
            Param(
                name=n,
                default=v,
                affects=affects.get(n, "result"),
                load=n in {"slow_load", "fail_load"} or v == "abort",
            )
            for n, v in values.items()
        ),
        resources=Resources(cores=1, memory_mb=100),
        batch_floor=1 if "batch_size" in defaults else None,
        stall_s=stall_s,
    )


def declared(*stages):
    return {s.name: s for s in stages}


def make_plan(film, store, stages, **options):
    return plan.make(film, store=store, destination=film.with_suffix(".out.mkv"), stages=stages, **options)


def spawn(backend, threads, log, posts, extra=None):
    """Start a stage's child in the development environment, saying the stage's own name in its `hello`.

    So does a child that becomes another stage.
    """
    stage_name = log.name.split(".")[0]
    code = (
        "import sys, tests.orchestrator.runners.work as w; w.say(sys.argv.pop(1)); "
        "from ipc.child import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-P", "-c", code, stage_name, backend.runner]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(extra or {})}
    made = worker.WorkerProcess(command, environment, log, posts)
    groups.append(made.pid)
    return made


def alive(seconds=5.0):
    """The processes of every group that `spawn` started, with those that stages started, which still live.

    A process that was killed takes a moment to end: they have so many seconds.
    """
    deadline = time.monotonic() + seconds
    while (rows := _living()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return rows


def _living():
    listed = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [row for row in rows if int(row[0]) in groups and not row[1].startswith("Z")]


def new_store(folder):
    return Store(folder / "store")
