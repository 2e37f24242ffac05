"""Lists the devices that a stage can use on a machine, in order, with reasons; requested ones come first."""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Backend, Stage
from orchestrator.config.device_requests import NAMES
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.machine import gpus
from orchestrator.machine.answers import Answer
from orchestrator.machine.profile import Machine
from orchestrator.planning.choice import Refusal
from orchestrator.stages.catalog import STAGES


def choose(
    stage: Stage,
    asked: Mapping[str, str],
    machine: Machine,
    model_id: str = "",
    sources: Mapping[str, str] | None = None,
    family: str = "",
) -> tuple[tuple[Backend, str], ...]:
    """Return the usable backends of `stage` with this model, each with its reason; the first is the choice.

    `family` is the model's; without it, that of the stage's first backend.

    `asked` maps a stage's name, or `""` for all stages, to a device, and `sources` to the option or file that
    requested it. If a stage has no backend for a device that was requested for all stages, it keeps its own
    order. Raises `FatalError`, with the devices there are, if the device was requested for this stage, or the
    machine lacks it.
    """
    source = (sources or {}).get(stage.base if stage.base in asked else "", "") or "--device"
    wanted = asked.get(stage.base) or asked.get("") or ""
    if wanted and wanted not in NAMES:
        raise FatalError(f"{source}: unknown device {wanted!r}", f"use one of: {', '.join(NAMES)}", USAGE)
    if unknown := set(asked) - {"", *STAGES, stage.base}:
        raise FatalError(
            f"--device: unknown stage {min(unknown)!r}", f"use one of: {', '.join(STAGES)}", USAGE
        )
    fitting = stage.fitting(model_id, family)
    declared = [backend.device for backend in fitting]
    if wanted and wanted not in declared:
        if stage.base in asked:
            with_model = (
                f" with the model {model_id}" if any(b.device == wanted for b in stage.backends) else ""
            )
            message = f"{source}: {stage.name} cannot run on {wanted}{with_model}"
            raise FatalError(message, f"use one of: {', '.join(declared)}", USAGE)
        wanted = ""
    spared = _spared(stage, machine, model_id, family)
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
    # The requested device is first; after a failure for lack of memory, the next may still do.
    return (*first, *((b, why) for b, why in usable if b.device != wanted))


def narrowed(
    stage: Stage, asked: Mapping[str, str], machine: Machine, sources: Mapping[str, str] | None = None
) -> tuple[dict[str, str], Machine]:
    """The requests without the numbers of GPUs, and the machine with only those requested for `stage`.

    Raises `FatalError`, with the GPUs there are, if the machine lacks one of them.
    """
    plain = {name: gpus.kind(text) for name, text in asked.items()}
    device, numbers = gpus.parsed(asked.get(stage.base) or asked.get("") or "")
    backends = [backend for backend in stage.backends if backend.device == device]
    if not numbers or not backends:
        return plain, machine
    there = {number for backend in backends for number in machine.each(backend)}
    if not there and any(not machine.likely(backend).why_not for backend in backends):
        there = {0}
    if there and (missing := set(numbers) - there):
        source = (sources or {}).get(stage.base if stage.base in asked else "", "") or "--device"
        message = f"{source}: this machine has no {gpus.listed(missing)}"
        raise FatalError(message, f"its GPUs: {gpus.listed(there)}", ENVIRONMENT)
    return plain, machine.with_only(numbers)


def of_every_family(
    stage: Stage, asked: Mapping[str, str], machine: Machine, sources: Mapping[str, str] | None = None
) -> tuple[Backend, ...]:
    """Return the usable backends of `stage` with a model of any family, in the order of `choose`.

    Raises `FatalError` as `choose` does, if the device was requested and no family can use it.
    """
    found: list[Backend] = []
    errors: list[FatalError] = []
    for family in dict.fromkeys(family for b in stage.backends for family in b.families or ("",)):
        try:
            found += [backend for backend, _ in choose(stage, asked, machine, "", sources, family)]
        except FatalError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return tuple(dict.fromkeys(found))


def _usable(backend: Backend, machine: Machine, *, asked: bool) -> bool:
    """Return whether the backend's framework can use the device.

    A device that turns out to be the CPU is usable only if `asked`.
    """
    if backend.device == "cpu":
        return True
    if not asked and (backend.on_request or not _likely(backend, machine)):
        return False
    answer = machine.of(backend)
    return not answer.why_not and (answer.accelerator or asked)


def _likely(backend: Backend, machine: Machine) -> bool:
    """Return whether to ask the framework: MLX needs Apple's GPU, and asking starts a process."""
    return backend.device not in {"mlx", "mps"} or machine.platform.startswith("darwin")


def unusable(
    stage: Stage, asked: Mapping[str, str], machine: Machine, model_id: str = "", family: str = ""
) -> tuple[Refusal, ...]:
    """The machine's accelerators that no framework can use for `stage`, each with the reason.

    Only those before the first usable device, and none if a device was requested.
    """
    if asked.get(stage.base) or asked.get(""):
        return ()
    reasons = []
    for backend in stage.fitting(model_id, family):
        if backend.on_request or not machine.expects(backend.device):
            continue
        if _usable(backend, machine, asked=False):
            break
        if why := machine.of(backend).why_not:
            reasons.append(Refusal(backend.device, why))
    return tuple(reasons)


def _spared(stage: Stage, machine: Machine, model_id: str, family: str) -> str:
    """Why a stage runs on the CPU although the machine has an accelerator for it; empty if it has none."""
    for backend in stage.fitting("", family):
        if backend.device != "cpu" and machine.expects(backend.device) and not machine.of(backend).why_not:
            if model_id in backend.never:
                return f"{stage.name} with {model_id} is no faster on {backend.device}"
            if backend.on_request:
                return f"takes seconds; {backend.device} would take longer to start"
    return ""


def _why(backend: Backend, machine: Machine) -> str:
    """Name and memory of an accelerator, or of each model of several GPUs with their count."""
    each = [one for one in machine.each(backend).values() if not one.why_not] or [machine.of(backend)]
    own = machine.cpu if backend.device in {"mps", "mlx"} else backend.device
    return " and ".join(gpus.counted(_described(one, own) for one in each))


def _described(answer: Answer, otherwise: str) -> str:
    memory = f", {answer.memory_mb / 1024:.0f} GB" if answer.memory_mb else ""
    return f"{answer.name or otherwise}{memory}"
