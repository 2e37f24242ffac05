"""What a run shows while it goes and at its end, as its options want it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.config.settings import Settings
from orchestrator.run_state import paces, run_folders
from orchestrator.runs.invocation import Invocation
from orchestrator.views import jsonlines


def views(record: run_folders.Run, invocation: Invocation) -> list[Any]:
    """The observers of the run: the record of its events, and what is shown on the terminal."""
    log = jsonlines.JsonLines(record.events.open("w", encoding="utf-8"), owned=True)
    if invocation.json:
        return [log, jsonlines.JsonLines()]
    if invocation.quiet:
        return [log]
    from orchestrator.views import live

    if live.fits(sys.stderr) and not invocation.verbose:
        return [log, live.Dashboard(paces=paces.of_runs(run_folders.past()))]
    from orchestrator.views.plain import Plain

    return [log, Plain(verbose=invocation.verbose)]


def summary(content: Mapping[str, Any], invocation: Invocation) -> None:
    """Print the summary of a run from `run.json`, as far as its options want one."""
    if invocation.json:
        return
    if invocation.quiet:
        from orchestrator.views import quiet

        quiet.show(content, sys.stdout, sys.stderr)
    else:
        from orchestrator.views import summary as whole

        whole.show(content, sys.stderr)


def options(invocation: Invocation, settings: Mapping[Path, Settings]) -> dict[str, Any]:
    """The options on the command line; under `elsewhere`, by film, the options of files and variables."""
    scope, line = invocation.scope, invocation.command_line
    of_this_run = {
        "films": list(invocation.films),
        "overwrite": invocation.overwrite,
        "json": invocation.json,
        "no_job_file": not invocation.job_file,
        "until": scope.until,
        "from_": scope.from_,
        "force": list(scope.force),
        "device": list(dict.fromkeys(one.words.removeprefix("--device ") for one in line.devices.values())),
    }
    typed = {name: value for name, value in of_this_run.items() if value}
    typed |= {key: "" if one.value is None else one.value for key, one in line.values.items()}
    elsewhere = {
        str(film): set_elsewhere for film, one in settings.items() if (set_elsewhere := one.not_typed())
    }
    return {**typed, "elsewhere": elsewhere} if elsewhere else typed
