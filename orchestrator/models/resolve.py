"""Finds the model of a name: embedded, on this disk, or from the Hub. It never substitutes another model.

The order is the same for every role: an embedded model of that name, a file or folder, the Hub's cache on
this disk, then the Hub itself unless `offline`. The families of the role say what a name or a folder is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.models import download, embedded, families, folders, hub, parts
from orchestrator.models.family import ModelFamily, is_path, local_path
from orchestrator.models.listing import conversion, names_like, on_this_disk


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model. `revision` identifies its weights: their SHA-256, the Hub's commit, or a folder's digest.

    `family` is the name of its family. `converted` is where a conversion of the weights for another framework
    is kept. `by_language` are the models that stand behind a name which leaves the choice to the language,
    `unfit` the languages whose model the device cannot run, with the reasons.
    """

    id: str
    revision: str
    path: Path
    role: str
    family: str = ""
    licence: str = ""
    converted: Path | None = None
    by_language: Mapping[str, Model] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The revision, and those of the models behind it: workers with equal ones are interchangeable."""
        return " ".join([self.revision, *(f"{code}={m.revision}" for code, m in self.by_language.items())])

    def to_json(self) -> dict[str, Any]:
        """Return what the stage's process gets of its model."""
        return {
            "id": self.id,
            "revision": self.revision,
            "path": str(self.path),
            "role": self.role,
            "family": self.family,
            "licence": self.licence,
            "converted": str(self.converted) if self.converted else None,
            "by_language": {code: model.to_json() for code, model in self.by_language.items()},
            "unfit": dict(self.unfit),
        }


def on_disk(role: str, asked: str, device: str = "cpu") -> bool:
    """Say whether the model needs no network, without hashing or reading it."""
    if families.is_packaged(role, asked) or families.embedded(role, asked):
        return True
    path = local_path(asked) or next((path for _, _, path in _cached(role, asked, device)), None)
    return path is not None and not any(parts.absent(family, path) for family in families.ROLES[role])


def may_be_fetched(role: str, asked: str, device: str = "cpu") -> bool:
    """Say whether the Hub may have a model of this name: it is no path, and it stands for a repository."""
    return not is_path(asked) and hub.is_repository(_first_repository(role, asked, device))


def elsewhere(role: str, asked: str) -> Model:
    """Return a model that is not on this disk: its name only."""
    family = families.candidates(role, asked)[0]
    return Model(id=asked, revision="", path=Path(), role=role, family=family.name)


def family_of(role: str, asked: str, device: str = "cpu") -> str:
    """Return the name of the family of a model, by its name or by what of it is on this disk; else empty."""
    if role not in families.ROLES:
        return ""
    if path := local_path(asked):
        family = families.of_path(role, path)
        return family.name if family else ""
    likely = families.candidates(role, asked)
    if len(likely) > 1 and (cached := next(_cached(role, asked, device), None)):
        return cached[0].name
    return likely[0].name


def id_of(role: str, asked: str) -> str:
    """Return the id that the model named `asked` has once it is resolved."""
    model = families.embedded(role, asked)
    return model.name if model else asked


def resolve(role: str, asked: str, *, offline: bool, device: str = "cpu") -> Model:
    """Return the model that `asked` names in `role` for `device`.

    `FatalError` if it cannot be had; its hint names what can be used. Takes under 20 ms for a model that was
    used before; the first use hashes it, and may download it.
    """
    if families.is_packaged(role, asked):
        return elsewhere(role, asked)
    if found := families.embedded(role, asked):
        path = embedded.place(found)
        model = Model(
            id=found.name,
            revision=found.sha256,
            path=path,
            role=role,
            family=found.family,
            licence=found.licence,
        )
    elif local := local_path(asked):
        model = _from_disk(role, asked, local.resolve(), device, offline=offline)
    elif is_path(asked):
        hint = on_this_disk(role, with_downloads=True)
        raise FatalError(f"there is no file or folder {asked}", hint, USAGE)
    else:
        model = _from_hub(role, asked, device, offline=offline)
    family = families.family(role, model.family)
    return replace(model, converted=conversion(family, model.path, model.revision, device))


def _from_disk(role: str, asked: str, path: Path, device: str, *, offline: bool) -> Model:
    """The model in a file or folder that the user names."""
    if path.is_dir() and (why := folders.foreign(path)):
        raise FatalError(f"{asked}: {why}", "replace it by the file itself", USAGE)
    family = families.of_path(role, path)
    if family is None:
        lacks = dict.fromkeys(filter(None, (member.lacks(path) for member in families.ROLES[role])))
        reason = f"is not {_a(role)} model: {'; '.join(lacks)}"
        if not path.is_dir():
            reason = f"is a file; {_a(role)} model is a folder"
        raise FatalError(f"{asked} {reason}", on_this_disk(role, with_downloads=True), USAGE)
    if path.is_dir() and not family.usable(path, device):
        layout = family.layout_of(path)
        others = ", ".join(name or "cpu" for name, layouts in family.read_by.items() if layout in layouts)
        hint = f"choose a device that reads it (--device {others}), or name the model by its Hub id"
        raise FatalError(f"{asked} is in the layout of {layout}, which {device} cannot read", hint, USAGE)
    commits = parts.complete(role, family, path, offline=offline)
    revision = "+".join([folders.folder_digest(path), *commits])
    return Model(id=path.name, revision=revision, path=path, role=role, family=family.name)


def _from_hub(role: str, asked: str, device: str, *, offline: bool) -> Model:
    """The model of a name, from the Hub's cache or from the Hub."""
    if error := families.candidates(role, asked)[0].refusal(asked.partition("@")[0]):
        raise error
    cached = next(_cached(role, asked, device), None)
    if cached is None and asked and Path(asked).exists():
        raise FatalError(
            f"{asked}: the {role} model of this name is not on this disk",
            f"write ./{asked} if you mean what is in the current folder",
            USAGE,
        )
    family, repository, path = cached or _downloaded(role, asked, device, offline=offline)
    revision = "+".join([path.name, *parts.complete(role, family, path, offline=offline)])
    licence = family.licences.get(repository, "")
    return Model(id=asked, revision=revision, path=path, role=role, family=family.name, licence=licence)


def _cached(role: str, asked: str, device: str) -> Iterator[tuple[ModelFamily, str, Path]]:
    """The snapshots in the Hub's cache that the name can mean, each with its family and repository."""
    name, _, revision = asked.partition("@")
    for family in families.candidates(role, asked):
        if family.refusal(name) is None:
            for repository in filter(hub.is_repository, family.repositories(name, device)):
                snapshot = hub.cached(repository, revision, partial(family.usable, device=device))
                if snapshot is not None:
                    yield family, repository, snapshot


def _downloaded(role: str, asked: str, device: str, *, offline: bool) -> tuple[ModelFamily, str, Path]:
    """The snapshot of a model from the Hub, with its family and repository.

    The families that the name can belong to are tried in order. Nothing is downloaded of a repository without
    a file of theirs.
    """
    name, _, revision = asked.partition("@")
    if not hub.is_repository(_first_repository(role, asked, device)):
        raise FatalError(f"there is no {role} model named {asked!r}", names_like(role, asked), USAGE)
    here = on_this_disk(role)
    if revision and not hub.is_revision(revision):
        raise FatalError(f"{asked}: {revision} is not a revision", "write a branch, a tag or a commit", USAGE)
    if offline:
        hint = f"run once without --offline, or use what is {here}"
        raise FatalError(f"the {role} model {asked} is not on this disk", hint, FAILED)
    reasons = []
    for family in families.candidates(role, asked):
        repository = family.repositories(name, device)[0]
        marks = family.marks(device)
        path = download.download(family, repository, revision, instead=here, marks=marks, device=device)
        if path is None:
            reasons.append(f"it holds none of {', '.join(marks)}")
        elif family.usable(path, device):
            return family, repository, path
        else:
            reasons.append(family.lacks(path))
    repository = _first_repository(role, asked, device)
    raise FatalError(f"{repository} is not {_a(role)} model for {device}: {'; '.join(reasons)}", here, USAGE)


def _first_repository(role: str, asked: str, device: str) -> str:
    return families.candidates(role, asked)[0].repositories(asked.partition("@")[0], device)[0]


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
