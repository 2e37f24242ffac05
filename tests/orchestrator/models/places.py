"""Folders of models, as they are on a disk and in the Hub's cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestrator.models import hub

COMMIT = "0123456789" * 4


def folder(place: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files into a new folder."""
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    place.mkdir(parents=True, exist_ok=True)
    return place


def cached(
    repository: str, files: Mapping[str, str | bytes], commit: str = COMMIT, *, main: bool = False
) -> Path:
    """Put a snapshot of a repository into the Hub's cache, with links to blobs as huggingface_hub does.

    `main` makes it the main branch's commit.
    """
    place = hub.cache() / f"models--{repository.replace('/', '--')}"
    snapshot = folder(place / "snapshots" / commit, {})
    for name, content in files.items():
        blob = place / "blobs" / f"{commit}-{name.replace('/', '-')}"
        folder(blob.parent, {blob.name: content})
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(blob)
    if main:
        folder(place / "refs", {"main": commit})
    return snapshot
