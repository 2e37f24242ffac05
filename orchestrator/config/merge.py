"""Merges the options of all places: the first place in this order that sets an option counts.

The order is the command line, the job file beside the film, the environment, the user's configuration file.
If none sets an option, the machine decides (`orchestrator.planning.choices`), or the default counts. Devices
are merged by stage.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.config import (
    consent,
    contradictions,
    device_requests,
    environment,
    files,
    giving_way,
    job_files,
)
from orchestrator.config.settings import Settings, typed
from orchestrator.config.values import DeviceRequest, Layer, Value


def settings(
    command_line: Layer,
    film: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    job_file: bool = True,
) -> Settings:
    """The merged options, with the job file of `film` unless `job_file` is false.

    `FatalError` if a place sets an invalid value, or the job file sets what needs the user's consent.
    """
    below = [
        *environment.layers(environ),
        files.read(files.user_path(environ), needed=bool(environ.get("ORCHESTRATOR_CONFIG"))),
    ]
    job = job_files.read(files.job_path(film)) if film is not None and job_file else None
    if job is not None and film is not None:
        consent.require(job, film, below)
    layers = [command_line, job.layer if job else Layer(), *below]
    chosen: dict[str, Value] = {}
    shadowed: dict[str, tuple[Value, ...]] = {}
    for key in dict.fromkeys(key for layer in layers for key in layer.values):
        chosen[key], *others = (layer.values[key] for layer in layers if key in layer.values)
        shadowed[key] = tuple(others)
    devices = device_requests.merged(layers)
    ranks = {key: next(n for n, layer in enumerate(layers) if key in layer.values) for key in chosen}
    chosen, notices = contradictions.resolved(chosen, ranks)
    chosen, more = giving_way.resolved(chosen, ranks)
    return Settings(
        run=typed(chosen),
        chosen=chosen,
        shadowed=shadowed | _shadowed_devices(layers, devices),
        devices=devices,
        job_file=None if job is None or job.empty else job.path,
        notices=(*notices, *more),
    )


def _shadowed_devices(
    layers: Sequence[Layer], devices: Mapping[str, DeviceRequest]
) -> dict[str, tuple[Value, ...]]:
    shadowed: dict[str, tuple[Value, ...]] = {}
    for stage in {stage for layer in layers for stage in layer.devices}:
        requests = (layer.devices[stage] for layer in layers if stage in layer.devices)
        shadowed[f"device.{stage}" if stage else "device"] = tuple(
            Value(value=one.text, source=one.source, words=one.words)
            for one in requests
            if one is not devices.get(stage)
        )
    return shadowed
