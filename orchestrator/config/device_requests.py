"""Requests for devices, by stage, as users write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ipc.suggest import hint
from orchestrator.config.values import DeviceRequest, Layer, wrong
from orchestrator.errors import FatalError
from orchestrator.stages.catalog import STAGES

NAMES = ("cuda", "mps", "mlx", "cpu")
AUTO = "auto"
ACCELERATORS = ("cuda", "mps", "mlx")
ALL = "all"
_ANY_GPU = {"gpu", "gpus", "accelerator", "graphics", "npu"}
_MEANINGS = {
    "nvidia": "cuda", "rocm": "cuda", "hip": "cuda", "amd": "cuda", "metal": "mps", "apple": "mps",
    "mac": "mps", "ane": "mlx", "processor": "cpu", "host": "cpu", "default": AUTO, "any": AUTO,
}  # fmt: skip
"""Other words for the devices."""


def from_text(text: str, source: str, words: str) -> dict[str, DeviceRequest]:
    """The requests in `cuda` or `asr=cuda,diarization=cpu`, by stage; the empty name: all other stages."""
    requests: dict[str, DeviceRequest] = {}
    for word in text.split(","):
        stage, equals, device = (part.strip() for part in word.rpartition("="))
        if equals or device:
            requests[_stage(stage, words) if equals else ""] = request_for(device, source, words)
    return requests


def from_table(table: Mapping[str, Any], source: str, words: str) -> dict[str, DeviceRequest]:
    """The requests in a table with one device per stage; `all` stands for all stages."""
    requests = {}
    for key, device in table.items():
        name = key.replace("-", "_")
        line = f"{words}.{key} = {device!r}"
        requests["" if name == ALL else _stage(name, line)] = request_for(device, source, line)
    return requests


def request_for(device: Any, source: str, words: str) -> DeviceRequest:
    """The request for the device of this name; with `auto` the machine decides."""
    if device == AUTO:
        return DeviceRequest(devices=(), source=source, words=words)
    if device not in NAMES:
        raise unknown(str(device), words)
    return DeviceRequest(devices=(device,), source=source, words=words)


def _stage(name: str, words: str) -> str:
    if name not in STAGES:
        raise wrong(words, f"there is no stage {name!r}", hint(name, STAGES))
    return name


def unknown(device: str, words: str) -> FatalError:
    """The error for a device that does not exist; a word for any GPU suggests those of this machine."""
    written = device.strip().lower()
    if written in _ANY_GPU:
        found = _accelerators()
        advice = (
            f"this machine has {' and '.join(found)}: did you mean {found[0]}?"
            if found
            else "a GPU is cuda (NVIDIA), or mps or mlx (Apple), and this machine has none that can be used; "
            "for the reasons, see: orchestrator devices"
        )
    else:
        advice = hint(written.partition(":")[0], (*NAMES, AUTO), _MEANINGS)
        if written.startswith("cuda:"):
            advice += "; to choose one of several GPUs, set CUDA_VISIBLE_DEVICES"
    return wrong(words, f"there is no device {device!r}", advice)


def _accelerators() -> list[str]:
    """The accelerators that a framework can use on this machine, in the order of `ACCELERATORS`."""
    from orchestrator.machine import profile

    answers = [one for of_env in profile.here().envs.values() for one in of_env.items()]
    usable = {name.partition("/")[0] for name, one in answers if one.accelerator and not one.why_not}
    return [name for name in ACCELERATORS if name in usable]


def merged(layers: Iterable[Layer]) -> dict[str, DeviceRequest]:
    """The requests that count, by stage, from layers in order of rank, the highest first.

    Within a layer a request for one stage overrides one for all stages. A request for all stages overrides
    every request of a lower layer.
    """
    result: dict[str, DeviceRequest] = {}
    for layer in reversed(list(layers)):
        if "" in layer.devices:
            result = {}
        result |= layer.devices
    return result
