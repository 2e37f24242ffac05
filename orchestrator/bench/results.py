"""What a benchmark measured, as it is kept: single runs, from which every table is made.

Seconds, bytes and joules. What is not known is None, and an `energy_j` without a key has no such meter.
`SCHEMA` is raised if a field is removed or changes its meaning, not if one is added.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ipc import atomic, json_text, plain_file
from ipc.parsing import json_of
from orchestrator.errors import USAGE, FatalError
from orchestrator.util.storage_errors import storage_errors

T = TypeVar("T")
SCHEMA = 1
OURS = "orchestrator"
"""The subject that is compared with the others: this program, as it would run on the user's film."""
CPU = "orchestrator-cpu"
"""Our program on the CPU, on a machine whose accelerator it would use."""
_LARGEST = 64 << 20


@dataclass(frozen=True, kw_only=True)
class StageUse:
    """What a stage took in one run. `cpu_s` includes the imports and loading of its process."""

    stage: str
    device: str = ""
    model: str = ""
    seconds: float = 0.0
    load_s: float | None = None
    cpu_s: float | None = None
    peak_memory: int | None = None
    peak_vram: int | None = None
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunUse:
    """One run of a subject on a film. If it failed, `error` says why, and the rest counts for nothing."""

    film: str
    subject: str
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_memory: int | None = None
    peak_vram: int | None = None
    energy_j: Mapping[str, float] = field(default_factory=dict)
    load: float | None = None
    stages: tuple[StageUse, ...] = ()
    language: str = ""
    film_seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class FilmUsed:
    """A film: the name in tables, its length, size and picture; `composed` of the packaged recording."""

    name: str
    seconds: float
    size: int = 0
    composed: bool = True


@dataclass(frozen=True, kw_only=True)
class SubjectUsed:
    """A program that ran, or could not (`missing` says why); `about` says what it did."""

    name: str
    about: str
    version: str = ""
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Host:
    """The machine, and how busy it was: its load average over the last minute when the benchmark started."""

    summary: str
    platform: str
    cpu: str
    cores: int
    memory_mb: int
    gpus: tuple[str, ...] = ()
    driver: str = ""
    python: str = ""
    load: float | None = None
    meters: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Whether a stage's result on a device agrees with the CPU's, and by how much it differs."""

    film: str
    stage: str
    device: str
    agrees: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A benchmark: where, when and of what, and its runs in the order in which they were made."""

    machine: Host
    date: str
    version: str
    commit: str
    options: tuple[str, ...] = ()
    repeat: int = 1
    films: tuple[FilmUsed, ...] = ()
    subjects: tuple[SubjectUsed, ...] = ()
    runs: tuple[RunUse, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    interrupted: bool = False
    kind: str = "speed"
    schema: int = SCHEMA

    def of(self, film: str, subject: str) -> tuple[RunUse, ...]:
        """The runs of a subject on a film that succeeded."""
        return tuple(run for run in self.runs if (run.film, run.subject, run.error) == (film, subject, ""))

    def error(self, film: str, subject: str) -> str:
        """Why no run of a subject on a film succeeded; empty if one did, or if none was made."""
        if self.of(film, subject):
            return ""
        return next((r.error for r in self.runs if (r.film, r.subject) == (film, subject)), "")


def write(path: Path, body: Any) -> None:
    """Write the results (a dataclass of this package) as JSON; `FatalError` (storage) if that fails."""
    content = dataclasses.asdict(body)
    with storage_errors(f"cannot write {path}", "choose another file with --output"):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, json_text.dumps(content, indent=1) + "\n")


def read(path: Path) -> Report:
    """The benchmark in a file; `FatalError` (usage) if it is not one that this version can read."""
    return converted(path, content(path, "speed"), Report)


def converted(path: Path, body: Mapping[str, Any], kind: type[T]) -> T:
    """The content of a file as `kind`; `FatalError` (usage) that names the part that is invalid."""
    import msgspec

    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise _no_benchmark(path, str(error)) from error


def content(path: Path, kind: str) -> Mapping[str, Any]:
    """The JSON in a file, checked for its `kind` and `schema`."""
    try:
        body = json_of(plain_file.read(path, _LARGEST))
    except OSError as error:
        raise FatalError(f"{path}: cannot be read: {error.strerror}", "check the name", USAGE) from error
    except (ValueError, plain_file.UnusableFileError) as error:
        raise _no_benchmark(path, str(error)) from error
    if not isinstance(body, dict) or "schema" not in body:
        raise _no_benchmark(path, "it has no `schema`")
    if body.get("kind") != kind:
        raise _no_benchmark(path, f"it holds {body.get('kind')!r}, and {kind!r} was expected")
    if body["schema"] != SCHEMA:
        raise _no_benchmark(path, f"its schema is {body['schema']}, and this version reads {SCHEMA}")
    return body


def _no_benchmark(path: Path, why: str) -> FatalError:
    return FatalError(
        f"{path}: not the results of a benchmark: {why}", "make some: orchestrator bench", USAGE
    )
