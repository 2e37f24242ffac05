"""What a runner's `run` gets besides its inputs: parameters, and the ways to report and to save."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ipc.errors import Cancelled, ContractError
from ipc.protocol import ArtifactWritten, Event, Load, Log, Metric, Progress, Run

_PROGRESS_INTERVAL = 0.1
"""Seconds between two progress events at least: a screen shows no more."""


class Context:
    """One run of a stage, as its runner sees it.

    `params` are all of the stage's parameters, `model` is the resolved model (id, revision, path; empty where there is none),
    `method` names how the result is made and may be set by the runner.
    """

    def __init__(
        self,
        stage: str,
        version: int,
        load: Load,
        run: Run,
        emit: Callable[[Event], None],
        cancelled: threading.Event | None = None,
    ) -> None:
        self.stage = stage
        self.params: Mapping[str, Any] = run.params
        self.model: Mapping[str, Any] = load.model
        self.device = load.device
        self.threads = load.threads
        self.method = stage
        self.facts: dict[str, Any] = {}
        self.reasons: list[str] = list(run.degraded)
        self.saved: dict[str, str] = {}
        self._version = version
        self._run = run
        self._emit = emit
        self._cancelled = cancelled or threading.Event()
        self._scratch: Path | None = None
        self._last_progress = -1.0
        self._last_phase = ""

    def progress(self, done: float, total: float, unit: str = "s", phase: str = "") -> None:
        """Say how far the run is: `done` of `total` `unit`s, `total` 0 where unknown. Call it as often as you like."""
        now = time.monotonic()
        finished = bool(total) and done >= total
        if phase == self._last_phase and not finished and now - self._last_progress < _PROGRESS_INTERVAL:
            return
        self._last_progress, self._last_phase = now, phase
        self._emit(Progress(phase=phase, done=float(done), total=float(total), unit=unit))

    def log(self, message: str) -> None:
        """Tell people something."""
        self._emit(Log(level="info", message=message))

    def warn(self, message: str) -> None:
        """Tell people something they should look at; unlike `degraded`, the result is what was asked."""
        self._emit(Log(level="warning", message=message))

    def metric(self, name: str, value: float, unit: str = "") -> None:
        """Report a measured figure."""
        self._emit(Metric(name=name, value=float(value), unit=unit))

    def fact(self, key: str, value: Any) -> None:
        """Keep something that people want to know of this result (JSON-able): it goes into artifact and report."""
        self.facts[key] = value

    def degraded(self, reason: str) -> None:
        """Mark the result as less than what was asked, and why. Call it before `save`, or the artifact would not say so."""
        if self.saved:
            raise ContractError(f"{self.stage}: degraded() after an artifact was saved: {reason}")
        self.reasons.append(reason)
        self._emit(Log(level="warning", message=f"degraded: {reason}"))

    def check(self) -> None:
        """Raise `Cancelled` when the orchestrator asked to stop; call it in every long loop."""
        if self._cancelled.is_set():
            raise Cancelled

    def scratch(self) -> Path:
        """A folder for temporary files, on the store's file system, removed when the run ends."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._run.output_dir))
        return self._scratch

    def path(self, name: str) -> Path:
        """Where the output `name` is to be written. For an external output that is its destination."""
        declared = self._declared(name)
        if declared.get("external"):
            return Path(self._run.destination)
        from ipc.artifacts import kind_of

        filename = declared.get("filename") or f"{name}{kind_of(declared['kind']).suffix}"
        return Path(self._run.output_dir) / filename

    def save(self, name: str, columns: Any, content: Mapping[str, Any] | None = None) -> None:
        """Validate and write the table `name`; see `ipc.artifacts.write` for what `columns` may be."""
        from ipc.artifacts import write

        kind, path = self._declared(name)["kind"], self.path(name)
        self._saved(name, kind, path, write(path, kind, columns, content, self._provenance()))

    def save_audio(self, name: str, samples: Any, sample_rate: int = 16000) -> None:
        """Write mono int16 PCM of shape (n,)."""
        from ipc.artifacts import write_audio

        path = self.path(name)
        self._saved(name, "audio", path, write_audio(path, samples, sample_rate, self._provenance()))

    def save_file(self, name: str) -> None:
        """Declare the file that was written at `path(name)` as finished."""
        from ipc.digests import file_digest

        path = self.path(name)
        if not path.is_file():
            raise ContractError(f"{self.stage}: output {name} was not written to {path}")
        self._saved(name, "file", path, file_digest(path))

    def finish(self) -> None:
        """Check that every declared output was saved, and remove the scratch folder. The child's loop calls it."""
        self.clean()
        if missing := self._run.outputs.keys() - self.saved.keys():
            raise ContractError(f"{self.stage}: did not save its outputs {', '.join(sorted(missing))}")

    def clean(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _declared(self, name: str) -> Mapping[str, Any]:
        if name not in self._run.outputs:
            raise ContractError(f"{self.stage}: {name} is not a declared output of this stage")
        return self._run.outputs[name]

    def _saved(self, name: str, kind: str, path: Path, digest: str) -> None:
        self.saved[name] = digest
        self._emit(ArtifactWritten(name=name, kind=kind, path=str(path), digest=digest))

    def _provenance(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "version": self._version,
            "method": self.method,
            "device": self.device,
            "compute_type": self.facts.get("compute_type"),
            "model": {key: self.model[key] for key in ("id", "revision") if key in self.model},
            "seconds": self.facts.get("seconds"),
            "degraded": list(self.reasons),
        }
