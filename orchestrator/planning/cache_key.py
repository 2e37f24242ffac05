"""What a result's key is made of: everything that can change the result, by a name that people understand.

Not the source text of a stage, not paths, not the batch size: see docs/decisions. The ingredients are kept in the manifest,
so that the difference of two results is the difference of two dicts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc import CONTRACT
from ipc.declaration import Stage
from orchestrator.environments import ffmpeg, registry
from orchestrator.planning.choice import Choice
from orchestrator.storage import file_digests

USES_FFMPEG = "imageio-ffmpeg"


def ingredients(
    stage: Stage,
    choice: Choice,
    inputs: Mapping[str, str | None],
    destination: Path | None = None,
) -> dict[str, Any]:
    """Everything that makes the result of `stage` what it is, JSON-able, by name.

    `inputs` maps input names to digests, None for one that is not known yet. `destination` is where an external
    output goes: such a result is a file at its place, and counts only there.
    """
    backend = choice.backend
    found: dict[str, Any] = {
        "contract": CONTRACT,
        "stage": stage.base,
        "stage version": stage.version,
        "device": backend.device,
    }
    for param in stage.params:
        if param.affects == "result":
            value = choice.params[param.name]
            found[param.name] = file_digests.file_digest(Path(value)) if param.file and value else value
    for group in stage.thresholds:
        for name, value in dataclasses.asdict(group).items():
            found[f"threshold {type(group).__name__}.{name}"] = value
    if choice.model is not None:
        found["model revision"] = choice.model.revision
    if choice.instead_of:
        found["instead of"] = choice.instead_of  # the same model, asked for, is not degraded
    versions = registry.locked(backend.env)
    for package in (*stage.packages, *backend.packages):
        name = registry.normalised(package)
        if name == USES_FFMPEG:
            found["ffmpeg"] = ffmpeg.build(registry.python(backend.env))
        else:
            found[name] = versions.get(name, "")
    if destination is not None and any(output.external for output in stage.outputs):
        found["destination"] = str(destination)
    for name, digest in inputs.items():
        found[f"input {name}"] = digest
    return found


def key_of(found: Mapping[str, Any]) -> str:
    """The key of a result with these ingredients: SHA-256, as hex."""
    return hashlib.sha256(
        json.dumps(found, sort_keys=True, ensure_ascii=False).encode(errors="surrogateescape")
    ).hexdigest()
