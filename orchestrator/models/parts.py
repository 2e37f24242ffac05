"""Downloads the parts that a model takes from other repositories, as pyannote's pipelines do."""

from __future__ import annotations

from pathlib import Path

from orchestrator.errors import FAILED, FatalError
from orchestrator.models import folders, hub
from orchestrator.models.download import download
from orchestrator.models.family import ModelFamily
from orchestrator.models.listing import on_this_disk


def absent(family: ModelFamily, folder: Path) -> list[str]:
    """Return the repositories of a folder's model that are not in the Hub's cache.

    A name never means a folder in the current folder, which may be a stranger's.
    """
    return [part for part in family.other_repositories(folder) if _snapshot(part) is None]


def complete(role: str, family: ModelFamily, folder: Path, *, offline: bool) -> list[str]:
    """Download the absent parts of a folder's model; return the commits of all its parts, in its order.

    `FatalError` if a part cannot be downloaded, or is absent and `offline` is set.
    """
    for part in absent(family, folder):
        if offline:
            message = f"{part}, which this {role} model needs, is not on this disk"
            raise FatalError(message, "run once without --offline", FAILED)
        repository, _, revision = part.partition("@")
        download(family, repository, revision, instead=on_this_disk(role))
    snapshots = (_snapshot(part) for part in family.other_repositories(folder))
    return [snapshot.name for snapshot in snapshots if snapshot is not None]


def _snapshot(part: str) -> Path | None:
    repository, _, revision = part.partition("@")
    return hub.cached(repository, revision, folders.is_filled)
