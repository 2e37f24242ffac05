"""Run a stage as its own process from artifacts on disk, with the outputs that its declaration names."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from orchestrator.stages.catalog import STAGES
from tests.stage_runners import processes
from tests.stage_runners.processes import ROOT, python_of

__all__ = ["ROOT", "python_of", "run_stage", "threads"]


def threads():
    """How many a stage's process may use: this worker's share of the cores."""
    return int(os.environ.get("OMP_NUM_THREADS", "2"))


def run_stage(name, inputs, folder, params=None, env=None, model=None, device="cpu"):
    """Run stage `name`, or a declaration, once on `device`; returns the process and its output folder.

    Without `env` this interpreter runs it, in which stages without packages of their own work.
    """
    stage = STAGES[name] if isinstance(name, str) else name
    name = stage.name
    out = folder / f"out-{name}"
    out.mkdir(parents=True)
    run = {
        "job": "test",
        "params": {**stage.defaults(), **(params or {})},
        "inputs": {key: str(path) for key, path in inputs.items()},
        "outputs": {o.name: {"kind": o.kind, "filename": o.filename} for o in stage.outputs},
        "output_dir": str(out),
    }
    runner = next((b.runner for b in stage.backends if b.device == device), stage.backends[0].runner)
    spec = folder / f"{name}.json"
    load = {"params": run["params"], "device": device, "threads": threads(), "model": model or {}}
    spec.write_text(json.dumps({"load": load, "run": run}))
    if env:
        return processes.run(env, "ipc.child", runner, "--spec", spec), out
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ipc.child", runner, "--spec", spec],
        env=processes.environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done, out
