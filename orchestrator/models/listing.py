"""Lists the models on this disk and their conversions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ipc.suggest import nearest
from orchestrator.models import embedded, families, hub
from orchestrator.models.family import ModelFamily
from orchestrator.paths import home


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A model that needs no network.

    `token` says whether its download needed one. `size` is in bytes, 0 if it is not known. `layout` is empty
    for a family that has only one.
    """

    role: str
    family: str
    name: str
    where: str
    state: str = "ready"
    revision: str = ""
    size: int = 0
    licence: str = ""
    layout: str = ""
    path: str = ""
    token: bool = False
    about: str = ""


def describe(role: str) -> list[Listed]:
    """Return the models of `role` on this disk: embedded, in packages, and in the Hub's cache."""
    rows = [row for family in families.ROLES[role] for row in _embedded(role, family)]
    rows += [
        Listed(role=role, family=family.name, name=name, where="in packages")
        for family in families.ROLES[role]
        for name in family.packaged
    ]
    cached = (
        next(filter(None, (_cached(role, family, repository) for family in families.ROLES[role])), None)
        for repository in hub.repositories()
    )
    return [*rows, *filter(None, cached)]


def on_this_disk(role: str, *, with_downloads: bool = False) -> str:
    """Return, as a part of a sentence, the models of `role` on this disk and the names to download."""
    names = ", ".join(row.name for row in describe(role) if row.state != "absent") or "none yet"
    more = ", ".join(name for family in families.ROLES[role] for name in family.short_names)
    return f"on this disk: {names}" + (f"; to download by name: {more}" if with_downloads and more else "")


def names_like(role: str, asked: str) -> str:
    """Return the hint for a name that no model of `role` has: the nearest name, or all of them."""
    short = [name for family in families.ROLES[role] for name in family.short_names]
    near = nearest(asked, [*(row.name for row in describe(role)), *short], {"turbo": "large-v3-turbo"})
    listed = on_this_disk(role, with_downloads=not near)
    return f"did you mean {near}? {listed}" if near else listed


def conversion(family: ModelFamily, folder: Path, revision: str, device: str) -> Path | None:
    """Return where the conversion of a model's weights for `device` is kept; None if none is needed."""
    layout = family.layout_of(folder)
    target = family.conversion(layout, device) if layout else ""
    return home() / "models" / f"{target}-{revision[:16]}" if target else None


def conversions(revision: str) -> list[Path]:
    """Return the kept conversions of the weights of a revision, for any device."""
    return sorted((home() / "models").glob(f"*-{revision[:16]}")) if revision else []


def _embedded(role: str, family: ModelFamily) -> list[Listed]:
    return [
        Listed(
            role=role, family=family.name, name=model.name, where="embedded", state=embedded.state(model),
            revision=model.sha256, size=embedded.size(model), licence=model.licence, about=model.about,
            layout=next(iter(family.weights)) if len(family.weights) > 1 else "",
        )
        for model in family.embedded
    ]  # fmt: skip


def _cached(role: str, family: ModelFamily, repository: str) -> Listed | None:
    """The row of a cached repository; None if it holds no model of this family, for any device."""
    folder = hub.cached(repository, "", lambda snapshot: family.layout_of(snapshot) is not None)
    if folder is None or not family.looks_like_one(repository, folder):
        return None
    return Listed(
        role=role, family=family.name, name=family.short_name(repository), where="Hub cache",
        revision=folder.name, size=hub.size_of(folder), licence=family.licences.get(repository, ""),
        layout=(family.layout_of(folder) or "") if len(family.weights) > 1 else "", path=str(folder),
        token=repository in family.gated,
    )  # fmt: skip
