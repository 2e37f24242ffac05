"""The context of a run for its stage: parameters, and functions to report and to save."""

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
"""Minimum seconds between two progress events: a screen needs no more."""


class Context:
    """One run of a stage, as its runner sees it.

    `params` are the stage's parameters, `model` is the resolved model (id, revision, path; empty if there is
    none). `method` names how the result is made; the runner may set it.
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
        """Report progress: `done` of `total` `unit`s, `total` 0 if unknown. May be called at any rate."""
        now = time.monotonic()
        finished = bool(total) and done >= total
        if phase == self._last_phase and not finished and now - self._last_progress < _PROGRESS_INTERVAL:
            return
        self._last_progress, self._last_phase = now, phase
        self._emit(Progress(phase=phase, done=float(done), total=float(total), unit=unit))

    def log(self, message: str) -> None:
        """Log a message for the user."""
        self._emit(Log(level="info", message=message))

    def warn(self, message: str) -> None:
        """Log a warning; unlike `degraded`, the result is as requested."""
        self._emit(Log(level="warning", message=message))

    def metric(self, name: str, value: float, unit: str = "") -> None:
        """Report a measured figure."""
        self._emit(Metric(name=name, value=float(value), unit=unit))

    def fact(self, key: str, value: Any) -> None:
        """Record a fact about the result (JSON-able), for the artifact and the report."""
        self.facts[key] = value

    def degraded(self, reason: str) -> None:
        """Mark the result as degraded, with the reason. Call it before `save`, which writes the reasons."""
        if self.saved:
            raise ContractError(f"{self.stage}: degraded() after an artifact was saved: {reason}")
        self.reasons.append(reason)
        self._emit(Log(level="warning", message=f"degraded: {reason}"))

    def check(self) -> None:
        """Raise `Cancelled` if the orchestrator asked to stop; call it in every long loop."""
        if self._cancelled.is_set():
            raise Cancelled

    def scratch(self) -> Path:
        """A folder for temporary files, on the store's file system, removed when the run ends."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._run.output_dir))
        return self._scratch

    def path(self, name: str) -> Path:
        """The path for the output `name`; for an external output, its destination."""
        declared = self._declared(name)
        if declared.get("external"):
            return Path(self._run.destination)
        from ipc.artifacts import kind_of

        filename = declared.get("filename") or f"{name}{kind_of(declared['kind']).suffix}"
        return Path(self._run.output_dir) / filename

    def save(self, name: str, columns: Any, content: Mapping[str, Any] | None = None) -> None:
        """Validate and write the table `name`; see `ipc.artifacts.write` for `columns`."""
        from ipc.artifacts import write

        kind, path = self._declared(name)["kind"], self.path(name)
        self._saved(name, kind, path, write(path, kind, columns, content, self._provenance()))

    def save_audio(self, name: str, samples: Any, sample_rate: int = 16000) -> None:
        """Write mono int16 PCM of shape (n,)."""
        from ipc.artifacts import write_audio

        path = self.path(name)
        self._saved(name, "audio", path, write_audio(path, samples, sample_rate, self._provenance()))

    def save_file(self, name: str) -> None:
        """Declare that the file at `path(name)` is complete."""
        from ipc.digests import file_digest

        path = self.path(name)
        if not path.is_file():
            raise ContractError(f"{self.stage}: output {name} was not written to {path}")
        self._saved(name, "file", path, file_digest(path))

    def finish(self) -> None:
        """Check that every declared output was saved, and remove the scratch folder.

        The child's loop calls it.
        """
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
