"""Requests for devices, by stage, as users write them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.config.values import DeviceRequest, Layer, wrong
from orchestrator.stages.catalog import STAGES

NAMES = ("cuda", "mps", "mlx", "cpu")
AUTO = "auto"
ACCELERATORS = ("cuda", "mps", "mlx")
ALL = "all"


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
        near = difflib.get_close_matches(str(device), [*NAMES, AUTO], 1)
        raise wrong(
            words,
            f"there is no device {device!r}",
            f"choose from: {', '.join((*NAMES, AUTO))}{_suggestion(near)}",
        )
    return DeviceRequest(devices=(device,), source=source, words=words)


def _stage(name: str, words: str) -> str:
    if name not in STAGES:
        near = difflib.get_close_matches(name, STAGES, 1)
        hint = f"choose from: {', '.join(STAGES)}{_suggestion(near)}"
        raise wrong(words, f"there is no stage {name!r}", hint)
    return name


def _suggestion(near: Iterable[str]) -> str:
    return "".join(f"; did you mean {name}?" for name in near)


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
