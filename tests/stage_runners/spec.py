"""Run a stage as its own process from artifacts on disk, with the outputs that its declaration names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from orchestrator.stages.catalog import STAGES

ROOT = Path(__file__).resolve().parents[2]


def threads():
    """How many a stage's process may use: this worker's share of the cores."""
    return int(os.environ.get("OMP_NUM_THREADS", "2"))


def python_of(env):
    """The interpreter of a stage environment."""
    return ROOT / "envs" / env / ".venv" / "bin" / "python"


def run_stage(name, inputs, folder, params=None, python=sys.executable, model=None, device="cpu"):
    """Run stage `name`, or a declaration, once on `device`; returns the process and its output folder."""
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
    environment = {k: v for k, v in os.environ.items() if k != "ORCHESTRATOR_EVENTS_FD"}
    done = subprocess.run(
        [python, "-P", "-m", "ipc.child", runner, "--spec", spec],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done, out
