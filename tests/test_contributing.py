"""Follows the six steps of CONTRIBUTING.md for adding a stage, with a stage that measures loudness."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ipc.artifacts import read
from ipc.declaration import Backend, Input, Output, Param, Stage
from orchestrator.environments import registry
from orchestrator.execution import worker
from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.planning import plan
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.store import Store

ROOT = Path(__file__).resolve().parent.parent

# Step 1: declare it. Step 2: give its output a kind. Step 3: choose an environment.
LOUDNESS = Stage(
    name="loudness",
    version=1,
    backends=(Backend(device="cpu", env="media", runner="loudness"),),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="loud", kind="regions"),),
    params=(Param(name="threshold", default=0.1),),
)

# Step 4: write the runner.
RUNNER = """
from types import SimpleNamespace
STAGE = SimpleNamespace(base="loudness", version=1)

def load(params, device):
    return None

def run(model, inputs, context):
    import numpy as np
    from ipc.artifacts import open_audio
    audio = open_audio(inputs["audio"])
    starts = np.arange(0.0, audio.seconds, 1.0)
    peaks = []
    for start in starts:
        context.check()
        peaks.append(float(np.abs(audio.float32(start, start + 1.0)).max()))
        context.progress(start + 1.0, audio.seconds)
    loud = [k for k, peak in enumerate(peaks) if peak > context.params["threshold"]]
    context.save("loud", {
        "start": [float(starts[k]) for k in loud],
        "end": [min(float(starts[k]) + 1.0, audio.seconds) for k in loud],
        "confidence": [peaks[k] for k in loud],
    })
"""


class NoFiles:
    def publish(self, plan, step, entry):
        return ()


@pytest.mark.env("media")
def test_a_stage_added_in_six_steps_runs_after_demux_and_is_cached(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    stages = {"demux": STAGES["demux"], "loudness": LOUDNESS}
    (tmp_path / "loudness.py").write_text(RUNNER)
    (tmp_path / "logs").mkdir()
    film = tmp_path / "film.wav"
    tone = "aevalsrc='0.5*sin(2000*t)*gt(t,2)':d=5:s=16000"
    packed = "lib/python*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*"
    ffmpeg = next(registry.python("media").parent.parent.glob(packed))
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", tone, film], check=True)

    def spawn(backend, threads, log, posts, extra=None):
        environment = registry.child_environment(backend.env, {"PYTHONPATH": f"{tmp_path}:{ROOT}"})
        command = [str(registry.python(backend.env)), "-P", "-m", "ipc.child", backend.runner]
        return worker.WorkerProcess(command, environment, log, posts)

    store = Store(tmp_path / "store")

    def planned():
        return plan.make(film, store=store, destination=tmp_path / "out.mkv", stages=stages)

    limits = Limits(cores=2, memory_mb=4000)
    assert [step.verdict for step in planned().steps] == ["run", "run"]
    state = Scheduler(store, tmp_path / "logs", NoFiles(), limits=limits, spawn=spawn).run([planned()])
    step = state.films[0].step("loudness")
    assert step.status == "done", step.error
    rows = read(store.find(step.key).path("loud"), "regions").rows()
    assert [row["start"] for row in rows] == [2.0, 3.0, 4.0]
    assert [step.verdict for step in planned().steps] == ["cached", "cached"]
