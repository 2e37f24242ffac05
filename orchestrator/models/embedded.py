"""Embedded models: weights that packages hold, checked against the SHA-256 of the official files.

They are files of packages in the environment `models`. Weights that come in several parts are joined once
into a folder under `home()/models`. A file is hashed at its first use, and again if its identity, size or
time changed. The families list their embedded models.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.paths import home
from orchestrator.storage.file_digests import file_digest

_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A model that packages hold.

    `parts` are the files, under site-packages, whose bytes one after another are the weights of `sha256`;
    `weights` is their name in the model's folder, which also holds `beside`. A model of a single file has no
    folder: its path is that file. `aliases` are other names of the very same weights. `about` describes the
    model in a listing.
    """

    name: str
    family: str
    parts: tuple[str, ...]
    sha256: str
    licence: str
    aliases: tuple[str, ...] = ()
    weights: str = ""
    beside: tuple[str, ...] = ()
    about: str = ""


def place(model: Embedded) -> Path:
    """Return the checked file or folder of the model; weights in several parts are joined first.

    `FatalError` if its package is not installed, if its bytes are not the official ones, or if the disk is
    full.
    """
    if len(model.parts) > 1:
        folder = joined(model)
        if not _is_joined(model):
            _join(model, folder)
        return folder
    weights = _part(model, model.parts[0])
    _demand(model, file_digest(weights))
    return weights.parent if model.weights else weights


def joined(model: Embedded) -> Path:
    """Return the folder that the parts of the model are joined into."""
    return home() / "models" / f"{model.family}-{model.name}"


def state(model: Embedded) -> str:
    """Return `ready`, `packed` (joined at the first use) or `absent`, without hashing anything."""
    if len(model.parts) > 1 and (joined(model) / model.weights).is_file():
        return "ready"
    if all((_site() / part).is_file() for part in model.parts):
        return "packed" if len(model.parts) > 1 else "ready"
    return "absent"


def size(model: Embedded) -> int:
    """Return the size of the model's weights in bytes; 0 if they are not installed."""
    files = [_site() / part for part in model.parts]
    return sum(file.stat().st_size for file in files) if all(file.is_file() for file in files) else 0


def _site() -> Path:
    return next(registry.get("models").venv.glob("lib/python*/site-packages"), Path("absent"))


def _part(model: Embedded, part: str) -> Path:
    file = _site() / part
    if not file.is_file():
        reason = registry.health("models") or f"its file {part} is missing"
        message = f"the embedded model {model.name} is not installed ({reason})"
        raise FatalError(message, status=ENVIRONMENT, command="orchestrator envs sync models")
    return file


def _demand(model: Embedded, sha256: str) -> None:
    if sha256 != model.sha256:
        message = (
            f"the embedded model {model.name} is damaged: "
            f"its SHA-256 is {sha256[:16]}..., but {model.sha256[:16]}... is expected"
        )
        command = "orchestrator envs rm models && orchestrator envs sync models"
        raise FatalError(message, status=ENVIRONMENT, command=command)


def _is_joined(model: Embedded) -> bool:
    file = joined(model) / model.weights
    return file.is_file() and file_digest(file) == model.sha256


def _join(model: Embedded, folder: Path) -> None:
    """Write the parts as one file into a new folder, check it, and rename it into place."""
    parts = [_part(model, part) for part in model.parts]
    beside = [_part(model, file) for file in model.beside]
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with (scratch / model.weights).open("wb") as target:
            for part in parts:
                _copy(part, target.write, digest.update)
            target.flush()
            os.fsync(target.fileno())
        _demand(model, digest.hexdigest())
        for file in beside:
            shutil.copyfile(file, scratch / file.name)
        if folder.exists():
            folder.rename(scratch.with_name(f"{scratch.name}.old"))
        scratch.rename(folder)
    except OSError as error:
        # If another process has created the same folder first, that one is used.
        if not _is_joined(model):
            needs = sum(part.stat().st_size for part in parts) >> 20
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            why = "the disk is full" if full else str(error.strerror)
            message = f"the model {model.name} cannot be written to {folder.parent}: {why}"
            hint = f"free {needs} MB of space there" if full else "set ORCHESTRATOR_HOME to a writable folder"
            raise FatalError(message, hint, STORAGE) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(scratch.with_name(f"{scratch.name}.old"), ignore_errors=True)


def _copy(source: Path, *sinks: Callable[[bytes], object]) -> None:
    with source.open("rb") as file:
        while block := file.read(_BLOCK):
            for sink in sinks:
                sink(block)
