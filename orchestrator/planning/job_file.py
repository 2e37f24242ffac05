"""Writes a job file: the options that a run would use, with their reasons, ready to be edited."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.declaration import Stage
from orchestrator import __version__
from orchestrator.config.options import GROUPS, Option
from orchestrator.config.settings import Settings
from orchestrator.errors import INPUT, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.outputs.names import DEFAULT_FORMATS, FORMATS
from orchestrator.planning import explain_settings
from orchestrator.planning.explain_settings import Row, Ways
from orchestrator.stages.catalog import STAGES
from orchestrator.util.text import plain

_COLUMN = 34


def text(
    film: Path,
    settings: Settings,
    ways: Mapping[str, Ways],
    machine: Machine,
    recommended: Mapping[str, tuple[str, str]],
) -> str:
    """The job file for `film`.

    `recommended` maps options to a value that fits the machine but is not downloaded yet, and the reason.
    """
    rows = list(explain_settings.rows(settings, ways))
    return "\n".join([*_head(film, machine), *_body(rows, recommended), *_devices(rows, ways, machine), ""])


def _head(film: Path, machine: Machine) -> Iterator[str]:
    memory = f"{machine.memory_mb / 1024:.0f} GB"
    place = (
        f"{'this' if machine.here else 'the'} machine ({plain(machine.cpu)}, {machine.cores} cores, {memory})"
    )
    yield f"# How orchestrator {__version__} subtitles {plain(film.name)} on {place}."
    yield "# `orchestrator run` reads this file: edit it as you like. Command-line options override it;"
    yield "# it overrides environment variables and the configuration file. Lines with # have no effect."
    yield "# After an edit, options that can reach out of the film's folder need: orchestrator allow FILM"


def _body(rows: Sequence[Row], recommended: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for group, title in GROUPS.items():
        yield ""
        yield f"# {title}"
        for row in rows:
            if row.option is None or row.option.cli.group != group:
                continue
            yield _line(row, row.option)
            if row.key in recommended:
                value, why = recommended[row.key]
                yield _commented(f"# {row.key} = {_toml(value)}", why)


def _line(row: Row, option: Option) -> str:
    if row.asked and row.value is not None:
        return _commented(f"{row.key} = {_toml(row.value)}", f"set by {row.source}")
    if row.asked:
        return _commented(f'{row.key} = ""', f"{option.unset} (set by {row.source})")
    if row.key in explain_settings.OPEN and row.value is not None:
        return _commented(f"{row.key} = {_toml(row.value)}", row.why)
    if row.key == "output_format":
        others = [name for name in FORMATS if name not in DEFAULT_FORMATS]
        return _commented(f"{row.key} = {_toml(','.join(DEFAULT_FORMATS))}", f"all: also {', '.join(others)}")
    return _commented(f"# {row.key} = {_toml(option.cli.example)}", _what(option))


def _what(option: Option) -> str:
    """What the option does, and its default."""
    unset = (
        {"yes": "true", "no": "false"}.get(option.unset, option.unset)
        if option.type is bool
        else option.unset
    )
    return f"{option.help}; default: {unset}"


def _devices(rows: Sequence[Row], ways: Mapping[str, Ways], machine: Machine) -> Iterator[str]:
    found = [row for row in rows if row.option is None]
    if found:
        yield ""
        yield "# Where each stage runs: cuda, mps, mlx, cpu, or auto, which each run resolves"
        yield "[device]"
    for row in found:
        name = row.key.removeprefix("device.")
        why = f"set by {row.source}" if row.asked else row.why
        others = "; ".join((*map(str, ways[name].refused), *_others(STAGES[name], ways[name], machine)))
        yield _commented(f"{name} = {_toml(row.value)}", "; ".join(filter(None, (why, others))))


def _others(stage: Stage, ways: Ways, machine: Machine) -> Iterator[str]:
    """Why the other devices are not used, except those that `ways.refused` explains."""
    taken = ways.choices[0]
    explained = [refusal.device for refusal in ways.refused]
    model = taken.model.id if taken.model else ""
    for backend in stage.fitting(family=taken.model.family if taken.model else ""):
        device, answer = backend.device, machine.of(backend)
        if device in (taken.backend.device, "cpu", *explained):
            continue
        if answer.why_not:
            yield f"not {device}: {answer.why_not}"
        elif not answer.accelerator:
            yield f"not {device}: on this machine it computes on the CPU"
        elif backend.on_request:
            yield f"{device} only when requested"
        elif model in backend.never or (backend.only and model not in backend.only):
            yield f"not {device} with the model {model}"


def _commented(line: str, why: str) -> str:
    return f"{line.ljust(_COLUMN)}  # {plain(why)}" if plain(why) else line


def _toml(value: Any) -> str:
    """A value in TOML; `FatalError` for a name that is not valid UTF-8."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    written = json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    try:
        written.encode()
    except UnicodeEncodeError as error:
        raise FatalError(
            f"{written}: not valid UTF-8, which a job file requires", "rename it", INPUT
        ) from error
    return written
