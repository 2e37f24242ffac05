"""How a stage is to run: every usable backend in order, with its model and parameters, and why.

What was asked for comes first; where nothing was, the machine's own devices decide, and for each of them the table of
`orchestrator.recommendations`. The first choice is taken, the others are ways out when it fails. A device that does not give
what the CPU gives, or whose memory is known to be too small, is left out, and a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator import agreement, devices, hub, models
from orchestrator.declaration import Backend, Stage
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine import Machine
from orchestrator.models import Model
from orchestrator.recommendations import Recommendation, recommend

AUTO = "auto"
EMBEDDED = {"whisper": "base", "diarization": "embedded", "segmentation": "segmentation-3.0"}
"""The model of a role that is always there."""
COMMUNITY = "pyannote/speaker-diarization-community-1"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One way to run a stage: where, with which model and parameters (nothing left to decide), and why."""

    backend: Backend
    model: Model | None
    params: Mapping[str, Any]
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The ways to run a stage, best first. `refused` says which devices are not used and why, `notes` what else to know."""

    choices: tuple[Choice, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose(
    stage: Stage,
    asked: Mapping[str, Any],
    wanted: Mapping[str, str],
    *,
    machine: Machine,
    offline: bool = False,
    sources: Mapping[str, str] | None = None,
) -> Chosen:
    """The ways to run `stage` on `machine`; `FatalError` where what was asked cannot be had.

    `asked` are the parameters that somebody set; `wanted` maps stages, or the empty name for all, to devices, and `sources`
    says where that was asked. Of a machine that was recorded elsewhere nothing is looked for on this disk.
    """
    values = {**stage.defaults(), **asked}
    role = stage.model_role or ""
    name = str(values[stage.model]) if stage.model else ""
    notes: list[str] = []
    about = ""
    if role == "diarization" and name == AUTO:
        name, about = _pipeline(machine)
    model_id = models.id_of(role, name) if role else ""
    usable = devices.choose(stage, wanted, machine, model_id, sources)
    found: list[Choice] = []
    refused: list[str] = []
    for backend, why in usable:
        advice = recommend(stage.name, backend, machine)
        if role == "whisper" and name == AUTO:
            name = _whisper(advice, backend, machine, notes)
        model = _model(role, name, backend, machine, first=not found, offline=offline) if role else None
        if role and model is None:
            continue
        verdict = (
            agreement.known(stage, backend, model, machine.id) if backend.checked and machine.here else None
        )
        if verdict is not None and not verdict.agrees:
            refused.append(f"{backend.device} is not used: {verdict.said}")
            continue
        compared = (
            verdict.said
            if verdict
            else "is compared with the CPU before its first use"
            if backend.checked
            else ""
        )
        params = _params(stage, values, asked, backend, advice, machine, first=not found)
        if stage.model and model:
            params[stage.model] = model.id
        found.append(
            Choice(
                backend=backend,
                model=model,
                params=params,
                why="; ".join(filter(None, (why, advice.why, about, compared))),
            )
        )
    return Chosen(choices=tuple(found), refused=tuple(refused), notes=tuple(notes))


def _pipeline(machine: Machine) -> tuple[str, str]:
    """The diarization model where none is named, and why: pyannote's own pipeline where it is there."""
    there = models.on_disk("diarization", COMMUNITY) if machine.here else hub.has_token()
    if there:
        return COMMUNITY, "pyannote's own pipeline"
    how = f"orchestrator models pull {COMMUNITY}" if hub.has_token() else "it needs a token"
    return EMBEDDED[
        "diarization"
    ], f"embedded; pyannote's own pipeline is used where it is on the disk ({how})"


def _whisper(advice: Recommendation, backend: Backend, machine: Machine, notes: list[str]) -> str:
    """The Whisper model where none is named: the recommended one where it is there, else the embedded one, and a note."""
    wanted = advice.model or EMBEDDED["whisper"]
    if not machine.here or models.on_disk("whisper", wanted, backend.device):
        return wanted
    notes.append(f"{wanted} fits this machine ({advice.why}): orchestrator models pull {wanted}")
    return EMBEDDED["whisper"]


def _model(
    role: str, name: str, backend: Backend, machine: Machine, *, first: bool, offline: bool
) -> Model | None:
    """The model for a backend; None for a way out whose form of the model is not on this disk: nothing is fetched for it."""
    if not machine.here and not models.on_disk(role, name, backend.device):
        return models.elsewhere(role, name)
    if not first and not models.on_disk(role, name, backend.device):
        return None
    return models.resolve(role, name, offline=offline, device=backend.device)


def _params(
    stage: Stage,
    values: Mapping[str, Any],
    asked: Mapping[str, Any],
    backend: Backend,
    advice: Recommendation,
    machine: Machine,
    *,
    first: bool,
) -> dict[str, Any]:
    """All parameters, with what was left open decided for this backend."""
    params = dict(values)
    if "batch_size" in params and asked.get("batch_size") is None and advice.batch_size:
        params["batch_size"] = advice.batch_size
    if "compute_type" in params:
        can = machine.answer(backend.env, backend.device).compute_types
        wanted = str(params["compute_type"])
        if wanted != "default" and can and wanted not in can:
            if first:
                raise FatalError(
                    f"{stage.name} cannot compute in {wanted} on {backend.device} here",
                    f"it can: {', '.join(sorted(can))}",
                    USAGE,
                )
            wanted = "default"  # what was asked of the device before says nothing of this one
        params["compute_type"] = (advice.compute_type or "int8") if wanted == "default" else wanted
    return params
