"""Reads the `run.json` of a past run, which may be damaged or come from another version of the tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.util import own_files
from orchestrator.util.own_files import DamagedFileError

_SCHEMA = 1
"""As in `orchestrator.run_state.run_json`."""


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """What readers rely on; other fields are for people."""

    stage: str
    status: str
    key: str | None = None
    reason: str | None = None
    device: str | None = None
    model: str | None = None
    seconds: float | None = None
    speed: float | None = None
    degraded: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    error: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class _Output:
    name: str
    path: str
    size: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class _Film:
    path: str
    digest: str = ""
    title: str | None = None
    seconds: float | None = None
    language: str | None = None
    outputs: list[_Output] = field(default_factory=list)
    stages: list[_Stage] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Summary:
    schema: int = _SCHEMA
    outcome: str = "killed"
    started: str | None = None
    seconds: float | None = None
    cwd: str = ""
    command: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    films: list[_Film] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)


def read(path: Path) -> Mapping[str, Any] | None:
    """The content of a `run.json`; None if it is missing. Raises `DamagedFileError`."""
    content = own_files.read_json(path)
    if content is None:
        return None
    import msgspec

    try:
        schema = msgspec.convert(content, _Summary).schema
    except msgspec.ValidationError as error:
        raise DamagedFileError(f"not the summary of a run: {error}") from error
    if schema != _SCHEMA:
        raise DamagedFileError(f"its schema is {schema}, expected {_SCHEMA}")
    return dict(content)
