"""pyannote's pipelines for diarization: what their `config.yaml` says they are made of, and whether all of it is on this disk."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.models import hub

_PART = re.compile(
    r"^\s*(?:segmentation|embedding|plda|checkpoint)\s*:\s*[\"']?([\w.$-]+/[\w.@/-]+)[\"']?\s*$", re.MULTILINE
)
"""A line that names another repository, or, as `$model/...`, something inside its own."""
_OWN = "$model/"


def whole(folder: Path) -> bool:
    """Say whether `folder` holds a pipeline with all that it has of its own; pyannote's networks have a `config.yaml`, too."""
    own = [part.removeprefix(_OWN) for part in _parts(folder) if part.startswith(_OWN)]
    is_one = re.search(r"^pipeline\s*:", _said(folder), re.MULTILINE) is not None
    return is_one and all(filled(folder / part) for part in own)


def missing(folder: Path) -> list[str]:
    """Return the repositories, as `owner/name` or `owner/name@revision`, that the pipeline needs and this disk lacks."""
    found = []
    for part in _parts(folder):
        name, _, revision = part.partition("@")
        is_local = not hub.is_repository(name) or Path(name).exists()
        if not is_local and hub.cached(name, revision, filled) is None:
            found.append(part)
    return found


def commits(folder: Path) -> list[str]:
    """Return the commits of the repositories on this disk that the pipeline takes parts from, in its own order."""
    found = []
    for part in _parts(folder):
        name, _, revision = part.partition("@")
        snapshot = hub.cached(name, revision, filled) if hub.is_repository(name) else None
        if snapshot is not None:
            found.append(snapshot.name)
    return found


def filled(place: Path) -> bool:
    """Say whether a file is there, or a folder with a file in it that is not a link to nothing."""
    return any(file.exists() for file in place.iterdir()) if place.is_dir() else place.exists()


def _parts(folder: Path) -> list[str]:
    return _PART.findall(_said(folder))


def _said(folder: Path) -> str:
    try:
        return (folder / "config.yaml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
