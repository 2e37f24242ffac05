"""Where the value of each option comes from: the first place in this order that says one.

The command line, the job file beside the film, the environment, the user's configuration file. Where none says anything, the
machine decides (`orchestrator.planning.choices`), and else the default of the option. Devices are merged by stage.
"""

from __future__ import annotations

import argparse
import copy
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.config import environment, files
from orchestrator.config.device_requests import merged as merged_devices
from orchestrator.config.flags import FLAGS
from orchestrator.config.values import Ask, Layer, Value, checked
from orchestrator.errors import USAGE, FatalError

DEFAULTS: dict[str, Any] = {
    "diarize": True, "mux": True, "prestart": True, "offline": False, "strict": False, "allow_smaller_model": False,
    "names": True, "known_voices": True,
}  # fmt: skip


def merged(
    arguments: argparse.Namespace, film: Path | None, environ: Mapping[str, str] = os.environ
) -> argparse.Namespace:
    """A copy of `arguments` with every option filled in; `FatalError` where a place says what cannot be.

    `sources` maps each option that somebody set to the place that did; `said` to the words it was said in; `shadowed` to what
    places of lower rank said. `asks` maps stages to what was asked of their device. `job` is the film's job file
    where there is one. Arguments that were merged before are given back as they are.
    """
    if hasattr(arguments, "sources"):
        return arguments
    job = None if film is None else files.job_path(film)
    layers = [
        _command_line(arguments),
        Layer() if job is None else files.read(job),
        *environment.layers(environ),
        files.read(files.user_path(environ), needed=bool(environ.get("ORCHESTRATOR_CONFIG"))),
    ]
    result = copy.copy(arguments)
    result.sources, result.said, result.shadowed = {}, {}, {}
    for flag in FLAGS:
        told = [layer.values[flag.key] for layer in layers if flag.key in layer.values]
        first = told[0] if told else None
        setattr(result, flag.key, DEFAULTS.get(flag.key) if first is None else first.value)
        if first is not None:
            result.sources[flag.key], result.said[flag.key] = first.source, first.said
            result.shadowed[flag.key] = told[1:]
    result.asks = merged_devices(layers)
    result.shadowed |= _shadowed_devices(layers, result.asks)
    result.sources |= {f"device.{name}" if name else "device": a.source for name, a in result.asks.items()}
    result.job = job if job is not None and (layers[1].values or layers[1].devices) else None
    _together(result)
    return result


def _command_line(arguments: argparse.Namespace) -> Layer:
    """What was typed. A device may be given more than once: what comes later counts, stage by stage."""
    from orchestrator.config.device_requests import from_words

    values = {}
    for flag in FLAGS:
        found = getattr(arguments, flag.key, None)
        if found is not None:
            no = "no-" if flag.type is bool and not found else ""
            name = f"--{no}{flag.name}"
            said = name if flag.type is bool else f"{name} {found}"
            value = Value(value=None if found == "" else found, source=name, said=said)
            values[flag.key] = checked(flag, value)
    devices: dict[str, Ask] = {}
    for word in ",".join(getattr(arguments, "device", None) or []).split(","):
        devices |= from_words(word, "--device", f"--device {word.strip()}")
    return Layer(values=values, devices=devices)


def _shadowed_devices(layers: Sequence[Layer], asks: Mapping[str, Ask]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for name in {name for layer in layers for name in layer.devices}:
        told = [layer.devices[name] for layer in layers if name in layer.devices]
        key = f"device.{name}" if name else "device"
        found[key] = [
            Value(value=" or ".join(ask.devices) or "auto", source=ask.source, said=ask.said)
            for ask in told
            if ask is not asks.get(name)
        ]
    return found


def _together(result: argparse.Namespace) -> None:
    low, high = result.min_speakers, result.max_speakers
    if low and high and low > high:
        said = result.said
        raise FatalError(f"{said['min_speakers']} is more than {said['max_speakers']}", status=USAGE)
