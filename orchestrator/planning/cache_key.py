"""Builds the key of a result from everything that can change the result, each item under a readable name.

The key excludes the source text of a stage, paths, and the batch size: see docs/decisions. The manifest keeps
the items (the ingredients), so that two results can be compared item by item.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
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
    languages: Collection[str] = (),
) -> dict[str, Any]:
    """Everything that determines the result of `stage`, as JSON-able values by name.

    `inputs` maps input names to digests, None if one is not known yet. `destination` is the path of an
    external output: such a result is valid only at that path. `languages` are those of the film's segments,
    for a model that is another one for each language: only the models of these are part of the result.
    """
    backend = choice.backend
    by_language = choice.model.by_language if choice.model else {}
    used = {code: by_language[code] for code in sorted(languages) if code in by_language}
    if by_language and not used:
        backend = stage.on_cpu(backend)  # what is left is computed on the CPU, whatever the device
    found: dict[str, Any] = {
        "contract": CONTRACT,
        "stage": stage.base,
        "stage version": stage.version,
        "device": backend.device,
    }
    for param in stage.params:
        if param.affects == "result":
            value = choice.params[param.name]
            found[param.name] = _content(value) if param.file and value else value
    for group in (*stage.thresholds, *backend.thresholds):
        for name, value in group.values().items():
            found[f"threshold {type(group).__name__}.{name}"] = json.loads(json.dumps(value))
    if choice.model is not None:
        found["model revision"] = choice.model.revision
        found |= {f"{choice.model.role} {code}": "unfit" for code in languages if code in choice.model.unfit}
    for code, model in used.items():
        found[f"{model.role} {code}"] = f"{model.id}@{model.revision[:12]}"
    if choice.instead_of:
        found["instead of"] = choice.instead_of  # if requested, the same model is not degraded
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


def _content(value: str | Collection[str]) -> str | list[str]:
    """The digest of a file, or of each of several."""
    if isinstance(value, str):
        return file_digests.file_digest(Path(value))
    return [file_digests.file_digest(Path(one)) for one in value]


def key_of(found: Mapping[str, Any]) -> str:
    """The key of a result with these ingredients: SHA-256, as hex."""
    return hashlib.sha256(
        json.dumps(found, sort_keys=True, ensure_ascii=False).encode(errors="surrogateescape")
    ).hexdigest()
