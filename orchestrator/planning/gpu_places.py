"""Decides on which GPUs a way to run a stage can go, and with which batch size there.

The best GPU, which has the most memory, decides model and number format, as if it were the only one: a film's
result must not depend on which GPU is free. The others take part if they can compute in that format and the
model fits in their memory, with a smaller batch if need be. A device without numbers is one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from orchestrator.machine.gpus import gpu_name, number_of
from orchestrator.machine.profile import Machine
from orchestrator.planning import device_verdicts, memory_limits
from orchestrator.planning.choice import Place, Refusal
from orchestrator.planning.memory_need import need
from orchestrator.planning.recommendations import TOPICS, recommend
from orchestrator.util import text as fmt

if TYPE_CHECKING:
    from ipc.declaration import Backend, Stage
    from orchestrator.models.resolve import Model

SHARE = 0.8
"""Share of an accelerator's memory that workers may use together; the rest is for the display and for larger
models."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A GPU, or a device without numbers: `card` is the model of the GPU if the machine has several models.

    `memory_mb` and `compute_types` are what a GPU has, 0 and empty if unknown.
    """

    device: str
    card: str = ""
    memory_mb: int = 0
    compute_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a stage would run. `first`: as its choice, not as a fallback; the user set its batch size
    (`batch_set`) or named the device (`named`).
    """

    stage: Stage
    backend: Backend
    model: Model | None
    machine: Machine
    first: bool
    batch_set: bool
    named: bool


def spots(way: Way) -> tuple[list[Spot], list[Refusal]]:
    """The GPUs of the device, the largest first, and why others cannot be used; the device if it is one."""
    each = way.machine.each(way.backend)
    if not each:
        return [Spot(device=way.backend.device)], []
    env = way.machine.speaker(way.backend.env)
    found = [
        Spot(
            device=gpu_name(number), card=way.machine.card(env, number), memory_mb=answer.memory_mb,
            compute_types=answer.compute_types,
        )
        for number, answer in each.items()
        if not answer.why_not
    ]  # fmt: skip
    unusable = [Refusal(gpu_name(number), one.why_not) for number, one in each.items() if one.why_not]
    return sorted(found, key=lambda spot: -spot.memory_mb), unusable


def trusted(way: Way, among: Sequence[Spot]) -> tuple[list[Spot], dict[str, str], str]:
    """The spots whose results are those of the CPU, what is wrong with others, by device, and a remark.

    A fallback is not compared during a run, so it is not used before it was.
    """
    if not way.backend.checked:
        return list(among), {}, ""
    agreeing, wrong, remark = [], {}, ""
    for spot in among:
        verdict = _verdict(way, spot)
        if verdict is not None and not verdict.agrees:
            wrong[spot.device] = verdict.said
        elif verdict is not None or way.first or not way.machine.here:
            agreeing.append(spot)
            remark = remark or (verdict.said if verdict else "is compared with the CPU before first use")
    return agreeing, wrong, remark


def with_only(machine: Machine, among: Sequence[Spot]) -> Machine:
    """The machine as if it had only these GPUs: the best of them decides."""
    numbers = [number for spot in among if (number := number_of(spot.device)) is not None]
    return machine.with_only(numbers) if numbers else machine


def fitting_model(way: Way, among: Sequence[Spot]) -> Model | None:
    """The model without those of the languages that one of the spots does not run as the CPU does."""
    model = way.model
    if model is None or not way.backend.checked or not way.machine.here:
        return model
    for card in {spot.card: None for spot in among}:
        model = device_verdicts.fitting(way.stage, way.backend, model, way.machine.id, card)
    return model


def places(
    way: Way, among: Sequence[Spot], params: Mapping[str, Any]
) -> tuple[list[Place], list[Refusal], list[str]]:
    """The spots that can run the stage with these parameters of the first one; the others; and remarks."""
    found: list[Place] = []
    refused: list[Refusal] = []
    remarks: list[str] = []
    for spot in among:
        batch = params.get("batch_size")
        lesson = _lesson(way, spot, params)
        if lesson is not None and lesson.batch == 0 and not way.named:
            refused.append(Refusal(spot.device, lesson.why))
            continue
        if lesson is not None and 0 < lesson.batch < (batch or 0):
            batch = lesson.batch
            remarks.append(lesson.why)
        if spot is not among[0]:
            fitting = _beside(way, spot, among[0], params, batch)
            if isinstance(fitting, Refusal):
                refused.append(fitting)
                continue
            batch = fitting
        if found and batch != found[0].batch_size:
            remarks.append(f"batch size {batch} on {spot.device}")
        taken = need(way.stage, way.backend, way.model, {**params, "batch_size": batch})
        found.append(Place(device=spot.device, card=spot.card, batch_size=batch, need=taken))
    return found, refused, remarks


def _beside(
    way: Way, spot: Spot, best: Spot, params: Mapping[str, Any], batch: int | None
) -> int | Refusal | None:
    """The batch size on a GPU that may have less than the best one, or why it cannot run the stage."""
    kind = str(params.get("compute_type") or "")
    if kind and spot.compute_types and kind not in spot.compute_types:
        return Refusal(spot.device, f"it does not support {kind}, which {best.device} uses")
    if spot.memory_mb >= best.memory_mb:
        return batch
    topic = TOPICS.get(way.stage.model_role or "", way.stage.base)
    advice = recommend(topic, way.backend, with_only(way.machine, [spot]))
    if batch and advice.model is None and advice.batch_size and not way.batch_set:
        batch = min(batch, advice.batch_size)
    floor = way.stage.batch_floor
    while spot.memory_mb and _vram_mb(way, params, batch) > spot.memory_mb * SHARE:
        if floor is None or not batch or batch <= floor or way.batch_set:
            return Refusal(spot.device, _too_small(way, spot, params, batch))
        batch = max(floor, batch // 2)
    return batch


def _vram_mb(way: Way, params: Mapping[str, Any], batch: int | None) -> int:
    return need(way.stage, way.backend, way.model, {**params, "batch_size": batch}).vram_mb


def _too_small(way: Way, spot: Spot, params: Mapping[str, Any], batch: int | None) -> str:
    what, kind = way.model.id if way.model else way.stage.base, params.get("compute_type")
    taken, has = fmt.size(_vram_mb(way, params, batch) << 20), fmt.size(spot.memory_mb << 20)
    return f"{what} takes {taken}{f' in {kind}' if kind else ''}, more than {SHARE:.0%} of its {has}"


def _verdict(way: Way, spot: Spot) -> device_verdicts.Verdict | None:
    if not way.machine.here:
        return None
    return device_verdicts.of_all(way.stage, way.backend, way.model, way.machine.id, spot.card)


def _lesson(way: Way, spot: Spot, params: Mapping[str, Any]) -> memory_limits.Limit | None:
    """The memory limit that an earlier run recorded; None if the user set the batch size."""
    if not way.machine.here or way.batch_set or not memory_limits.anything():
        return None
    found = memory_limits.limit(way.stage, way.backend, way.model, params, way.machine.id, spot.card)
    if found is not None and spot.card:
        return replace(found, why=f"{spot.device}: {found.why}")
    return found
