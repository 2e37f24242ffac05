"""Requests for devices, by stage, as users write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ipc.suggest import hint
from orchestrator.config.values import DeviceRequest, Layer, wrong
from orchestrator.errors import FatalError
from orchestrator.machine import gpus
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
    for request in split(text):
        stage, equals, device = (part.strip() for part in request.rpartition("="))
        if equals or device:
            requests[_stage(stage, words) if equals else ""] = request_for(device, source, words)
    return requests


def split(text: str) -> list[str]:
    """The requests of a text, which commas separate: a GPU with a number goes on the one before it.

    So `asr=cuda:0,cuda:1,diarization=cpu` is one request for two GPUs, and one for the CPU.
    """
    requests: list[str] = []
    for word in text.split(","):
        before = requests[-1].rpartition(",")[2].rpartition("=")[2] if requests else ""
        if gpus.is_numbered(word.strip()) and gpus.is_numbered(before.strip()):
            requests[-1] += f",{word.strip()}"
        else:
            requests.append(word)
    return requests


def joined(texts: Sequence[str]) -> list[str]:
    """The texts of a list, in which GPUs after one another are one request: `["cuda:0", "cuda:1"]`."""
    result: list[str] = []
    for text in texts:
        if result and _is_gpu(text) and _is_gpu(result[-1].rpartition(",")[2]):
            result[-1] += f",{text}"
        else:
            result.append(text)
    return result


def from_table(table: Mapping[str, Any], source: str, words: str) -> dict[str, DeviceRequest]:
    """The requests in a table with one device per stage; `all` stands for all stages."""
    requests = {}
    for key, device in table.items():
        name = key.replace("-", "_")
        line = f"{words}.{key} = {device!r}"
        requests["" if name == ALL else _stage(name, line)] = request_for(device, source, line)
    return requests


def request_for(device: Any, source: str, words: str) -> DeviceRequest:
    """The request for the device of this name, or for GPUs by number; with `auto` the machine decides."""
    if device == AUTO:
        return DeviceRequest(devices=(), source=source, words=words)
    text = ",".join(device) if isinstance(device, list) and all(map(_is_gpu, device)) else device
    try:
        name, numbers = gpus.parsed(text) if isinstance(text, str) else (str(text), ())
    except ValueError as error:
        raise unknown(str(error), words) from error
    if name not in NAMES:
        raise unknown(name, words)
    return DeviceRequest(devices=(name,), source=source, words=words, gpus=numbers)


def _is_gpu(value: Any) -> bool:
    return isinstance(value, str) and gpus.is_numbered(value.strip())


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
        if gpus.is_numbered(written) or written.isdecimal():
            advice = "of several GPUs, write --device cuda:1 for one, cuda:0,cuda:1 or cuda:0-3 for some"
    return wrong(words, f"there is no device {device!r}", advice)


def _accelerators() -> list[str]:
    """The accelerators that a framework can use on this machine, in the order of `ACCELERATORS`."""
    from orchestrator.machine import profile

    answers = [one for of_env in profile.here().envs.values() for one in of_env.items()]
    usable = {
        gpus.kind(name.partition("/")[0]) for name, one in answers if one.accelerator and not one.why_not
    }
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
