"""Which devices a stage can use on a machine, in order, and why: what was asked for first, then the stage's own preference."""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Backend, Stage
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.stages.catalog import STAGES

NAMES = ("cuda", "mps", "mlx", "cpu")


def choose(
    stage: Stage,
    asked: Mapping[str, str],
    machine: Machine,
    model_id: str = "",
    sources: Mapping[str, str] | None = None,
) -> tuple[tuple[Backend, str], ...]:
    """Return the backends of `stage` that the machine can use with this model, each with its reason; the first is the choice.

    `asked` maps a stage's name, or `""` for all stages, to a device, and `sources` says where that was asked. A stage that has
    no such backend takes its own order where all were asked; FatalError that names what is there where it was asked by
    name, or the machine lacks the device.
    """
    source = (sources or {}).get(stage.base if stage.base in asked else "", "") or "--device"
    wanted = asked.get(stage.base) or asked.get("") or ""
    if wanted and wanted not in NAMES:
        raise FatalError(f"{source}: unknown device {wanted!r}", f"use one of: {', '.join(NAMES)}", USAGE)
    if unknown := set(asked) - {"", *STAGES, stage.base}:
        raise FatalError(
            f"--device: unknown stage {min(unknown)!r}", f"use one of: {', '.join(STAGES)}", USAGE
        )
    fitting = [b for b in stage.backends if _runs(b, model_id)]
    declared = [backend.device for backend in fitting]
    if wanted and wanted not in declared:
        if stage.base in asked:
            with_model = (
                f" with the model {model_id}" if any(b.device == wanted for b in stage.backends) else ""
            )
            message = f"{source}: {stage.name} cannot run on {wanted}{with_model}"
            raise FatalError(message, f"use one of: {', '.join(declared)}", USAGE)
        wanted = ""
    spared = _spared(stage, machine, model_id)
    usable = [
        (b, spared if b.device == "cpu" else _why(b, machine))
        for b in fitting
        if _usable(b, machine, asked=b.device == wanted)
    ]
    first = [(b, f"requested by {source}") for b, _ in usable if b.device == wanted]
    if wanted and not first:
        why = next(machine.of(b).why_not for b in fitting if b.device == wanted)
        message = f"{source}: {stage.name} cannot use {wanted} here: {why}"
        raise FatalError(message, f"use one of: {', '.join(b.device for b, _ in usable)}", ENVIRONMENT)
    # What was asked for goes first; after a failure for memory the next device may still save the run.
    return (*first, *((b, why) for b, why in usable if b.device != wanted))


def _runs(backend: Backend, model_id: str) -> bool:
    return model_id not in backend.never and (not backend.only or not model_id or model_id in backend.only)


def _usable(backend: Backend, machine: Machine, *, asked: bool) -> bool:
    """Say whether the backend's own framework can use the device; one whose device is the CPU after all, only when asked."""
    if backend.device == "cpu":
        return True
    if not asked and (backend.on_request or not _likely(backend, machine)):
        return False
    answer = machine.of(backend)
    return not answer.why_not and (answer.accelerator or asked)


def _likely(backend: Backend, machine: Machine) -> bool:
    """Say whether it is worth asking: MLX uses Apple's GPU, and asking it costs a process."""
    return backend.device not in {"mlx", "mps"} or machine.platform.startswith("darwin")


def unusable(stage: Stage, asked: Mapping[str, str], machine: Machine, model_id: str = "") -> tuple[str, ...]:
    """What the machine has and nobody's framework can use for `stage`, each with the reason: a fall-back that has to be said.

    Only devices before the first that can be used, and none where somebody said which device to take.
    """
    if asked.get(stage.base) or asked.get(""):
        return ()
    said = []
    for backend in stage.backends:
        if backend.on_request or not _runs(backend, model_id) or not machine.expects(backend.device):
            continue
        if _usable(backend, machine, asked=False):
            break
        if why := machine.of(backend).why_not:
            said.append(f"{backend.device} is not used: {why}")
    return tuple(said)


def _spared(stage: Stage, machine: Machine, model_id: str) -> str:
    """Why a stage stays on the CPU of a machine whose accelerator it could use; empty where there is none to use."""
    for backend in stage.backends:
        if backend.device != "cpu" and machine.expects(backend.device) and not machine.of(backend).why_not:
            if model_id in backend.never:
                return f"{stage.name} with {model_id} is no faster on {backend.device}"
            if backend.on_request:
                return f"takes seconds; {backend.device} would take longer to start"
    return ""


def _why(backend: Backend, machine: Machine) -> str:
    """What an accelerator is: its name and memory."""
    answer = machine.of(backend)
    memory = f", {answer.memory_mb / 1024:.0f} GB" if answer.memory_mb else ""
    own = machine.cpu if backend.device in {"mps", "mlx"} else backend.device
    return f"{answer.name or own}{memory}"
