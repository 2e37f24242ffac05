"""Makes the command that runs a job in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ipc.protocol import Run
from orchestrator.execution.job import Job


def run_command(job: Job, inputs: Mapping[str, Path], folder: Path, draft: Path | None) -> Run:
    """The command; `folder` and, for an external output, the folder of its `draft` must exist."""
    outputs = {
        output.name: {
            "kind": output.kind,
            **({"filename": output.filename} if output.filename else {}),
            **({"external": True} if output.external else {}),
        }
        for output in job.step.stage.outputs
    }
    return Run(
        job=f"{job.task.plan.film.name}: {job.name}",
        params=job.params,
        inputs={name: str(path) for name, path in inputs.items()},
        outputs=outputs,
        output_dir=str(folder),
        destination=str(draft or ""),
        degraded=job.degraded,
    )
