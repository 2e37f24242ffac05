"""Which model a stage gets for the name that was asked: embedded, on disk, or from the Hub, and never another one.

The order is the same for every role: an embedded model of that name, a folder or file, the Hub's cache on this disk,
then the Hub itself unless `offline`. What cannot be had is an error that names what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.models import embedded as weights
from orchestrator.models import hub, pyannote, translation, whisper
from orchestrator.paths import home

ROLES = ("whisper", "segmentation", "diarization", "aligner", "translation")

IN_PACKAGES = {"aligner": ("auto", "pocketsphinx", "attention")}
"""Choices whose weights, if any, ship inside the stage's own packages."""

MARKS = {
    "segmentation": ("pytorch_model.bin", "model.safetensors"),
    "diarization": ("config.yaml",),
    "aligner": ("config.json",),
}
"""A folder is a model of a role when it holds one of these; of Whisper and of
translation, `whisper_models` and `translation_models` tell."""


GATED = frozenset({
    "pyannote/segmentation-3.0", "pyannote/speaker-diarization-3.1", "pyannote/speaker-diarization-community-1",
    "pyannote/embedding", "pyannote/segmentation",
})  # fmt: skip
"""Repositories that the Hub gives only to who has accepted their conditions and shows a token."""


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
    if asked in IN_PACKAGES.get(role, ()) or weights.find(role, asked):
        return True
    found = _local(asked) or _cached(role, asked, device)
    return found is not None and not (role == "diarization" and pyannote.missing(found))


def may_be_fetched(role: str, asked: str, device: str = "cpu") -> bool:
    """Say whether the name is one that the Hub may have: no folder, and shaped like a repository."""
    (repository, *_), _ = _repositories(role, asked, device)
    return not asked.startswith(("/", "./", "../", "~")) and hub.is_repository(repository)


def elsewhere(role: str, asked: str) -> Model:
    """Return a model that is not here: its name, and nothing of this disk."""
    return Model(id=asked, revision="", path=Path(), role=role)


def id_of(role: str, asked: str) -> str:
    """Return the id that the model named `asked` has once it is resolved."""
    embedded = weights.find(role, asked)
    return embedded.name if embedded else asked


def resolve(role: str, asked: str, *, offline: bool, device: str = "cpu") -> Model:
    """Return the model that `asked` names in `role` for `device`; FatalError that names what is there where it cannot be had.

    Under 20 ms where it was used before; the first use hashes it, and may fetch it.
    """
    if asked in IN_PACKAGES.get(role, ()):
        return Model(id=asked, revision="", path=Path(), role=role)
    if embedded := weights.find(role, asked):
        path = weights.place(embedded)
        return _for_device(
            Model(id=embedded.name, revision=embedded.sha256, path=path, role=role, licence=embedded.licence),
            device,
        )
    if local := _local(asked):
        model = _from_disk(role, asked, local.resolve(), device)
        if role == "diarization":
            model = _with_parts(model, offline=offline)
        return _for_device(model, device)
    if asked.startswith(("/", "./", "../", "~")):
        raise FatalError(f"there is no file or folder {asked}", _there(role), USAGE)
    snapshot = _cached(role, asked, device) or _fetched(role, asked, device, offline=offline)
    model = Model(id=asked, revision=snapshot.name, path=snapshot, role=role)
    return _for_device(_with_parts(model, offline=offline) if role == "diarization" else model, device)


def _local(asked: str) -> Path | None:
    """The file or folder that `asked` names, if there is one."""
    try:
        found = Path(asked).expanduser()
    except RuntimeError:  # of a user who does not exist
        return None
    return found if asked and found.exists() else None


def _with_parts(model: Model, *, offline: bool) -> Model:
    """The pipeline with what it takes from other repositories, which its stage reads without the Hub; they are in its revision."""
    for part in pyannote.missing(model.path):
        if offline:
            hint = "leave out --offline once"
            raise FatalError(f"{part}, which this pipeline needs, is not on this disk", hint, FAILED)
        name, _, revision = part.partition("@")
        hub.fetch(name, revision, role="diarization", there=_there("diarization", disk_only=True))
    return replace(model, revision="+".join([model.revision, *pyannote.commits(model.path)]))


def _for_device(model: Model, device: str) -> Model:
    """The model, with the place of its conversion where the device's framework reads another layout."""
    if model.role == "translation":
        return replace(model, converted=translation.kept(model.revision, model.path, home() / "models"))
    layout = whisper.layout_of(model.path) if model.role == "whisper" else None
    if layout is None:
        return model
    return replace(model, converted=whisper.kept(model.revision, layout, device, home() / "models"))


def _repositories(role: str, asked: str, device: str) -> tuple[tuple[str, ...], str]:
    """The repositories that may hold the model, the best first, and the revision that was asked for."""
    name, _, revision = asked.partition("@")
    if role == "translation":
        return translation.repositories(name), revision
    return (whisper.repositories(name, device) if role == "whisper" else (name,)), revision


def _cached(role: str, asked: str, device: str) -> Path | None:
    """The model's folder in the Hub's cache, for this device."""
    repositories, revision = _repositories(role, asked, device)
    for repository in filter(hub.is_repository, repositories):
        snapshot = hub.cached(repository, revision, lambda folder: _fits(role, folder, device, asked))
        if snapshot is not None:
            return snapshot
    return None


def _fits(role: str, folder: Path, device: str, asked: str) -> bool:
    """Whether a folder holds a whole model of the role, and of the kind that was asked for, that the device can use."""
    if role == "translation":
        return translation.fits(asked, folder)
    if role == "whisper":
        return whisper.usable(whisper.layout_of(folder), device)
    if role == "diarization":
        return pyannote.whole(folder)
    return any((folder / mark).exists() for mark in MARKS[role])


def _fetched(role: str, asked: str, device: str, *, offline: bool) -> Path:
    """The model's folder, fetched from the Hub."""
    (repository, *_), revision = _repositories(role, asked, device)
    if not hub.is_repository(repository):
        raise FatalError(f"there is no {role} model named {asked!r}", _there(role), USAGE)
    if offline:
        hint = f"leave out --offline once, or take what is {_there(role, disk_only=True)}"
        raise FatalError(f"the {role} model {asked} is not on this disk", hint, FAILED)
    translates = role == "translation"
    snapshot = hub.fetch(
        repository, revision, role=role, there=_there(role, disk_only=True), marks=_marks(role, device),
        env=translation.environment(asked) if translates else "", allow=translation.files(asked) if translates else (),
    )  # fmt: skip
    if not _fits(role, snapshot, device, asked):
        raise FatalError(f"{repository} is no {role} model for {device}: {_lacks(role)}", _there(role), USAGE)
    return snapshot


def _marks(role: str, device: str) -> Sequence[str]:
    """Files of which a repository must hold one to be a model of the role."""
    if role == "translation":
        return translation.WEIGHTS
    if role != "whisper":
        return MARKS[role]
    marks = [
        mark
        for layout in whisper.READ_BY.get(device, whisper.READ_BY[""])
        for mark in whisper.WEIGHTS[layout]
    ]
    return [*marks, "model.safetensors"] if device == "mlx" else marks


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A model that can be had without a network. `token` says whether the Hub asked for one; sizes are bytes, 0 where it is not known."""

    role: str
    name: str
    where: str
    state: str = "ready"
    revision: str = ""
    size: int = 0
    licence: str = ""
    layout: str = ""
    path: str = ""
    token: bool = False


def describe(role: str) -> list[Listed]:
    """Return every model of `role` that is on this disk."""
    rows = [
        Listed(
            role=role, name=m.name, where="embedded", state=weights.state(m), revision=m.sha256,
            size=weights.size(m), licence=m.licence, layout="ctranslate2" if role == "whisper" else "",
        )
        for m in weights.EMBEDDED
        if m.role == role
    ]  # fmt: skip
    rows += [Listed(role=role, name=name, where="in packages") for name in IN_PACKAGES.get(role, ())]
    names = [*whisper.FOR_MLX.items(), *whisper.FOR_CTRANSLATE2.items()]
    short = {repository: name for name, repository in reversed(names)}
    for repository in hub.repositories(role, lambda folder: _is_any(role, folder)):
        folder = hub.cached(repository, "", lambda folder: _is_any(role, folder))
        if folder is not None:
            name = short.get(repository, repository) if role == "whisper" else repository
            layout = whisper.layout_of(folder) if role == "whisper" else None
            rows.append(
                Listed(
                    role=role, name=name, where="Hub cache", revision=folder.name, size=hub.size_of(folder),
                    layout=layout or "", path=str(folder), token=repository in GATED,
                )
            )  # fmt: skip
    return rows


def conversions(revision: str) -> list[Path]:
    """Return the conversions of these weights that are kept."""
    return sorted((home() / "models").glob(f"*-{revision[:16]}")) if revision else []


def _is_any(role: str, folder: Path) -> bool:
    """Whether a folder holds a model of the role for any device."""
    if role == "translation":
        return translation.layout_of(folder) is not None
    return whisper.layout_of(folder) is not None if role == "whisper" else _fits(role, folder, "cpu", "")


def _from_disk(role: str, asked: str, path: Path, device: str) -> Model:
    if not path.is_dir() and role != "segmentation":
        raise FatalError(f"{asked} is a file, and a {role} model is a folder", _there(role), USAGE)
    if path.is_dir() and not _is_any(role, path):
        raise FatalError(f"{asked} is no {role} model: {_lacks(role)}", _there(role), USAGE)
    if path.is_dir() and not _fits(role, path, device, str(path)):
        hint = "use it with --device asr=mlx, or name the model by its id"
        raise FatalError(f"{asked} is a model for MLX, which {device} cannot use", hint, USAGE)
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
    if role == "whisper":
        return "it holds Whisper in the layout of neither CTranslate2, nor MLX, nor Transformers"
    if role == "translation":
        return (
            "it holds neither NLLB-200 nor OPUS-MT, as CTranslate2 or Transformers save them, nor IndicTrans2"
        )
    if role == "diarization":
        return (
            "it holds no whole pipeline: config.yaml that begins with `pipeline:`, and the folders it names"
        )
    return f"it holds no {' or '.join(MARKS[role])}"


def _there(role: str, *, disk_only: bool = False) -> str:
    found = ", ".join(row.name for row in describe(role) if row.state != "absent") or "none yet"
    known = {"whisper": tuple(whisper.FOR_CTRANSLATE2), "translation": translation.SHOWN}.get(role, ())
    more = f"; by name from the Hub: {', '.join(known)}" if known and not disk_only else ""
    return f"on this disk: {found}{more}"
