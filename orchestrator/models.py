"""Which model a stage gets for the name that was asked: embedded, on disk, or from the Hub, and never another one.

The order is the same for every role: an embedded model of that name, a folder or file, the Hub's cache on this disk,
then the Hub itself unless `offline`. What cannot be had is an error that names what is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from orchestrator import hub, weights
from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.home import home

ROLES = ("whisper", "segmentation", "diarization", "aligner")

WHISPER_ON_HUB = {
    name: f"Systran/faster-whisper-{name}"
    for name in ("tiny.en", "tiny", "base.en", "base", "small.en", "small", "medium.en", "medium",
                 "large-v1", "large-v2", "large-v3")
} | {
    "large": "Systran/faster-whisper-large-v3",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}  # fmt: skip
"""faster-whisper's short names, and the repositories it takes them from."""

IN_PACKAGES = {"aligner": ("auto", "pocketsphinx", "attention")}
"""Choices whose weights, if any, ship inside the stage's own packages."""

MARKS = {
    "whisper": ("model.bin",),
    "segmentation": ("pytorch_model.bin", "model.safetensors"),
    "diarization": ("config.yaml",),
    "aligner": ("config.json",),
}
"""A folder is a model of a role when it holds one of these."""

CONVERT = "a Transformers checkpoint is converted with CTranslate2's ct2-transformers-converter"


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that is there. `revision` says which weights: their SHA-256, the Hub's commit, or a folder's digest."""

    id: str
    revision: str
    path: Path
    role: str
    licence: str = ""
    converted: Path | None = None
    """Where a conversion of these weights for another framework is kept."""

    def to_json(self) -> dict[str, Any]:
        """Return what a stage is told of its model."""
        converted = str(self.converted) if self.converted else None
        return {**asdict(self), "path": str(self.path), "converted": converted}


def on_disk(role: str, asked: str, device: str = "cpu") -> bool:
    """Say whether the model can be had without a network, without hashing or reading it."""
    del device
    if asked in IN_PACKAGES.get(role, ()) or weights.find(role, asked) or Path(asked).expanduser().exists():
        return True
    repository, _, revision = asked.partition("@")
    repository = WHISPER_ON_HUB.get(repository, repository) if role == "whisper" else repository
    return hub.is_repository(repository) and hub.cached(repository, revision, MARKS[role]) is not None


def elsewhere(role: str, asked: str) -> Model:
    """Return a model of another machine's plan: its name, and nothing of this disk."""
    return Model(id=asked, revision="", path=Path(), role=role)


def id_of(role: str, asked: str) -> str:
    """Return the id that the model named `asked` has once it is resolved."""
    embedded = weights.find(role, asked)
    return embedded.name if embedded else asked


def resolve(role: str, asked: str, *, offline: bool, device: str = "cpu") -> Model:
    """Return the model that `asked` names in `role` for `device`; FatalError that names what is there where it cannot be had.

    Under 20 ms where it was used before; the first use hashes it, and may fetch it.
    """
    found = _resolve(role, asked, offline=offline)
    if device == "mlx" and role == "whisper":
        kept = home() / "models" / f"mlx-{found.revision[:16]}"
        return replace(found, converted=kept)
    return found


def _resolve(role: str, asked: str, *, offline: bool) -> Model:
    if asked in IN_PACKAGES.get(role, ()):
        return Model(id=asked, revision="", path=Path(), role=role)
    if embedded := weights.find(role, asked):
        path = weights.place(embedded)
        return Model(
            id=embedded.name, revision=embedded.sha256, path=path, role=role, licence=embedded.licence
        )
    local = Path(asked).expanduser()
    if asked and local.exists():
        return _from_disk(role, asked, local.resolve())
    if asked.startswith(("/", "./", "../", "~")):
        raise FatalError(f"there is no file or folder {asked}", _there(role), USAGE)
    repository, _, revision = asked.partition("@")
    repository = WHISPER_ON_HUB.get(repository, repository) if role == "whisper" else repository
    if not hub.is_repository(repository):
        raise FatalError(f"there is no {role} model named {asked!r}", _there(role), USAGE)
    snapshot = hub.cached(repository, revision, MARKS[role])
    if snapshot is None:
        if offline:
            hint = f"leave out --offline once, or take what is {_there(role, disk_only=True)}"
            raise FatalError(f"the {role} model {asked} is not on this disk", hint, FAILED)
        snapshot = hub.fetch(repository, revision, role=role, there=_there(role, disk_only=True))
        if not any((snapshot / mark).exists() for mark in MARKS[role]):
            raise FatalError(f"{repository} is no {role} model: {_lacks(role)}", _there(role), USAGE)
    return Model(id=asked, revision=snapshot.name, path=snapshot, role=role)


def describe(role: str) -> list[tuple[str, str, str]]:
    """Return (name, where, note) of every model of `role` that is on this disk."""
    rows = [(m.name, "embedded", weights.state(m)) for m in weights.EMBEDDED if m.role == role]
    rows += [(name, "in packages", "ready") for name in IN_PACKAGES.get(role, ())]
    short = {repository: name for name, repository in reversed(WHISPER_ON_HUB.items())}
    for repository in hub.repositories(MARKS[role], role):
        name = short.get(repository, repository) if role == "whisper" else repository
        rows.append((name, "Hub cache", "ready"))
    return rows


def _from_disk(role: str, asked: str, path: Path) -> Model:
    if path.is_dir():
        if not any((path / mark).is_file() for mark in MARKS[role]):
            hint = CONVERT if role == "whisper" else _there(role)
            raise FatalError(f"{asked} is no {role} model: {_lacks(role)}", hint, USAGE)
    elif role != "segmentation":
        raise FatalError(f"{asked} is a file, and a {role} model is a folder", _there(role), USAGE)
    return Model(id=path.name, revision=folder_digest(path), path=path, role=role)


def folder_digest(path: Path) -> str:
    """Return a digest of the names and contents of the files of a folder (or of one file), hidden ones left out."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(path) if path.is_dir() else Path()
        if not any(part.startswith(".") for part in name.parts):
            digest.update(f"{name}\0{weights.file_sha256(file)}\n".encode())
    return digest.hexdigest()


def _lacks(role: str) -> str:
    return f"it holds no {' or '.join(MARKS[role])}"


def _there(role: str, *, disk_only: bool = False) -> str:
    found = ", ".join(name for name, _, note in describe(role) if note != "absent") or "none yet"
    more = (
        f"; by name from the Hub: {', '.join(WHISPER_ON_HUB)}" if role == "whisper" and not disk_only else ""
    )
    return f"on this disk: {found}{more}"
