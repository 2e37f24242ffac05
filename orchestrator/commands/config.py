"""`orchestrator config`: shows every option with its value and the place that sets it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.config import environment, files
from orchestrator.config.merge import settings
from orchestrator.config.settings import Settings
from orchestrator.errors import OK, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.planning import explain_settings, stage_settings
from orchestrator.planning.explain_settings import Row, Ways
from orchestrator.planning.film_path import film_of
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.redact import masked


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "config",
        help="show every option, its value and where the value comes from",
        description="Show every option, its value and where the value comes from. The first place that "
        "sets an option counts: the command line, the job file beside the film, the environment, the "
        "configuration file, this machine, the built-in default. Give options of `run` to see what they "
        "would change. Downloads nothing.",
    )
    parser.add_argument("film", nargs="?", type=Path, metavar="FILM", help="also read this film's job file")
    film_options.add(parser, run=True)
    film_options.add_machine(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show the options; returns the exit status."""
    film = film_of(arguments.film) if arguments.film else None
    chosen = settings(film_options.typed(arguments), film, job_file=not arguments.no_job_file)
    backends, problems = _backends(chosen, film_options.machine_of(arguments))
    rows = list(explain_settings.rows(chosen, backends))
    places = _places(chosen, film)
    if arguments.json:
        body = {
            "options": [_json(row) for row in rows],
            "problems": problems,
            **places,
        }
        terminal.show_json(masked(body))
        return OK
    table = fmt.table([("option", "value", "from", ""), *(_cells(row) for row in rows)])
    lines = [*table, "", *_lines(places), *problems]
    terminal.show_lines(masked(line) for line in lines)
    return OK


def _backends(chosen: Settings, machine: Machine) -> tuple[dict[str, Ways], list[str]]:
    """How each stage would run on `machine` without a film and without downloads; and the problems."""
    from orchestrator.planning import choices
    from orchestrator.stages.catalog import STAGES

    params, off = stage_settings.params(chosen), stage_settings.off(chosen)
    problems: list[str] = []
    try:
        devices = stage_settings.devices(chosen, machine)
    except FatalError as error:
        devices, problems = {}, [error.message]
    backends: dict[str, Ways] = {}
    for name, stage in STAGES.items():
        if stage.off or name in off:
            continue
        try:
            backends[name] = choices.choose(
                stage,
                params.get(name, {}),
                devices,
                machine=machine,
                offline=True,
                smaller=chosen.run.allow_smaller_model,
                sources=stage_settings.device_places(chosen),
                aligner=choices.aligner(params),
            )
        except FatalError as error:
            problems.append(error.message)
    return backends, list(dict.fromkeys(problems))


def _places(chosen: Settings, film: Path | None) -> dict[str, Any]:
    """The files and variables that were read, and whether a token is set (never the token itself)."""
    from orchestrator.models import hub

    user = files.user_path(os.environ)
    job = files.job_path(film) if film else None
    variable = environment.has_token(os.environ) or ("Hugging Face login" if hub.has_token() else "")
    return {
        "config_file": {"path": str(user), "there": user.is_file()},
        "job_file": {"path": str(job), "there": job.is_file()} if job else None,
        "token": {"set": bool(variable), "from": variable},
        "translation_device": _requested("translation", chosen),
        "ignored": [{"name": name, "near": near} for name, near in environment.unknown(os.environ)],
    }


def _requested(stage: str, chosen: Settings) -> dict[str, str] | None:
    request = chosen.devices.get(stage)
    return {"value": " or ".join(request.devices), "from": request.source} if request else None


def _cells(row: Row) -> tuple[str, str, str, str]:
    shadowed = "; ".join(f"not {_shown(value.value)} ({value.source})" for value in row.shadowed)
    return row.key, _value(row), row.source, "; ".join(filter(None, (row.why, shadowed)))


def _value(row: Row) -> str:
    if (
        row.option is not None
        and row.source == explain_settings.DEFAULT
        and (row.value is None or row.option.cli.unset)
    ):
        return row.option.unset
    return _shown(row.value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else fmt.plain(str(value))


def _lines(places: Mapping[str, Any]) -> Iterable[str]:
    """The lines under the table: the files, the token, and the variables that were ignored."""
    for name, place in (
        ("configuration file", places["config_file"]),
        ("job file", places["job_file"]),
    ):
        if place:
            yield f"{name}: {place['path']}{'' if place['there'] else ' (does not exist)'}"
    token = places["token"]
    yield f"Hugging Face token: {'set (' + token['from'] + ')' if token['set'] else 'not set'}"
    if device := places["translation_device"]:
        yield f"device for translation, if --target-language is given: {device['value']} ({device['from']})"
    for ignored in places["ignored"]:
        near = f"; did you mean {ignored['near']}?" if ignored["near"] else ""
        yield f"{ignored['name']} is not an option and is ignored{near}"


def _json(row: Row) -> dict[str, Any]:

    shadowed = [{"value": _plain(value.value), "from": value.source} for value in row.shadowed]
    return {
        "name": row.key,
        "value": _plain(row.value),
        "from": row.source,
        "why": row.why,
        "shadowed": shadowed,
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
