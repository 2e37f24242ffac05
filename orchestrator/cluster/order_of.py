"""The order for the workers, from what the user typed and set on the machine where the run was started."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestrator.cluster.on_ray.order import Order
from orchestrator.config import environment
from orchestrator.config.options import OPTIONS
from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import config_file
from orchestrator.runs.invocation import Invocation
from orchestrator.surroundings import current_folder


def order(invocation: Invocation, *, results: str = "", environ: Mapping[str, str] = os.environ) -> Order:
    """The order: the options that were typed, variables that are options, and the configuration file."""
    return Order(
        options=tuple(_words(invocation)),
        variables={name: environ.get(name) for name in environment.option_variables()},
        config=_text(config_file(environ)),
        folder=str(current_folder.here() or "/"),
        results=results,
    )


def _words(invocation: Invocation) -> Iterator[str]:
    """The words of the command line, one for each option, without films and without the options of Ray."""
    types = {option.key: option.type for option in OPTIONS}
    line, scope = invocation.command_line, invocation.scope
    for key, value in line.values.items():
        text = value.words.removeprefix(value.source).removeprefix(" ")
        yield value.source if types[key] is bool else f"{value.source}={text}"
    for request in line.devices.values():
        yield f"--device={request.words.removeprefix('--device ')}"
    yield from [f"--until={scope.until}"] if scope.until else []
    yield from [f"--from={scope.from_}"] if scope.from_ else []
    yield from [f"--force={stage}" for stage in scope.force]
    yield from ["--overwrite"] if invocation.overwrite else []
    yield from ["--no-job-file"] if not invocation.job_file else []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise FatalError(
            f"{file}: cannot be read: {error}", "correct it, or its permissions", USAGE
        ) from error
