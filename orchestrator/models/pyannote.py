"""pyannote's pipelines for diarization. Their `config.yaml` lists parts, some of other repositories."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.models.family import ModelFamily
from orchestrator.models.folders import is_filled
from orchestrator.models.hub import is_repository

_PART = re.compile(
    r"^\s*(?:segmentation|embedding|plda|checkpoint)\s*:\s*[\"']?([\w.$-]+/[\w.@/-]+)[\"']?\s*$", re.MULTILINE
)
"""A line that names another repository or, as `$model/...`, a folder inside the pipeline."""
_INSIDE = "$model/"
_PIPELINE = "pipeline"
COMMUNITY = "pyannote/speaker-diarization-community-1"


def _layout_of(folder: Path) -> str | None:
    """A pipeline with all its folders. pyannote's networks have a `config.yaml` without `pipeline:`."""
    inside = [part.removeprefix(_INSIDE) for part in _parts(folder) if part.startswith(_INSIDE)]
    is_pipeline = re.search(r"^pipeline\s*:", _config(folder), re.MULTILINE) is not None
    return _PIPELINE if is_pipeline and all(is_filled(folder / part) for part in inside) else None


def _other_repositories(folder: Path) -> list[str]:
    return [part for part in _parts(folder) if is_repository(part.partition("@")[0])]


def _parts(folder: Path) -> list[str]:
    return _PART.findall(_config(folder))


def _config(folder: Path) -> str:
    try:
        return (folder / "config.yaml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


FAMILY = ModelFamily(
    name="pyannote",
    claims_name=lambda name: "diariz" in name.rpartition("/")[2].lower(),
    weights={_PIPELINE: ("config.yaml",)},
    layout_of=_layout_of,
    requires="complete pipeline (a config.yaml with `pipeline:`, and the folders that it names)",
    other_repositories=_other_repositories,
    environment="pyannote",
    gated=frozenset({"pyannote/speaker-diarization-3.1", COMMUNITY, "pyannote/embedding"}),
)
