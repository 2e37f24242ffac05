"""The options that `run`, `plan`, `stage` and other commands share, and their translation into settings.

No module below the commands uses argparse. Options have WhisperX's names if they mean the same; `-` and `_`
are equal.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.config import device_requests, environment
from orchestrator.config.device_requests import ALL, AUTO
from orchestrator.config.files import JOB
from orchestrator.config.merge import settings
from orchestrator.config.options import DEVICE, GROUPS, OPTIONS, Option
from orchestrator.config.values import DeviceRequest, Layer, Value, from_text
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.gpus import listed
from orchestrator.outputs.publish import check_name
from orchestrator.planning.film_path import film_of
from orchestrator.stages.catalog import STAGES
from orchestrator.util.notices import notice

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine
    from orchestrator.planning.plan import Plan
    from orchestrator.planning.request import Scope
    from orchestrator.storage.store import Store


def check_text_is_of_one_film(arguments: argparse.Namespace) -> None:
    """Raise `FatalError` (usage) if --text is given for several films, or a folder of them."""
    text = getattr(arguments, "text", None)
    films = list(arguments.films)
    several = len(films) > 1 or any(Path(film).is_dir() for film in films)
    if text and (several or getattr(arguments, "films_from", None)):
        raise FatalError(
            f"--text {text}: a text is of one film",
            "run each film with its own, or write `text = ...` into its job file: orchestrator prepare FILM",
            USAGE,
        )


NOT_READ = "not read"
"""Stands for the digest of a film that nobody read yet; no result is stored under it."""


def add(parser: argparse.ArgumentParser, *, run: bool = False, steps: bool = True) -> None:
    """Add the options that decide which stages run on a film, and how; `run` adds those that only a run has,
    `steps` those that choose among the stages.

    No option has a default here, because another place may set it (`orchestrator.config.merge`).
    """
    groups = {name: parser.add_argument_group(name) for name in GROUPS}
    for option in OPTIONS:
        if run or not option.cli.run_only:
            _add(groups[option.cli.group], option)
    groups["machine"].add_argument(
        "--device",
        action="append",
        default=[],
        metavar="DEVICE|STAGE=DEVICE,...",
        help="cuda (NVIDIA), mps or mlx (Apple), cpu or auto, for all stages or per stage, such as "
        "asr=cuda,diarization=cpu; of several GPUs some, such as asr=cuda:0,cuda:1",
    )
    groups["machine"].add_argument(
        "--no-job-file", action="store_true", help="do not read the job file beside the film"
    )
    if steps:
        _add_steps(parser)


def _add_steps(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_argument_group("stages")
    names = ", ".join(name for name, stage in STAGES.items() if not stage.off)
    steps.add_argument(
        "--from", dest="from_", metavar="STAGE", help="run this stage and all later ones, even if cached"
    )
    steps.add_argument("--until", metavar="STAGE", help=f"stop after this stage; one of {names}")
    steps.add_argument(
        "--force",
        action="append",
        default=[],
        metavar="STAGE",
        help="run this stage even if its result is cached; may be repeated",
    )


def _add(group: Any, option: Option) -> None:
    cli = option.cli
    names = [name for name in (cli.short, f"--{option.name}") if name]
    default = "" if option.unset == "none" else f" (default: {option.unset})"
    text = f"{option.help}{default}".replace("%", "%%")
    if option.type is bool:
        group.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=text)
    else:
        metavar = cli.metavar or ("{" + ",".join(cli.choices) + "}" if cli.choices else None)
        group.add_argument(*names, metavar=metavar, help=text, action=_Several if cli.several else _Last)


class _Several(argparse.Action):
    """An option whose values add up: `--speakers A=x --speakers B=y` is `--speakers A=x,B=y`."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, __: Any = None) -> None:
        """Add the value to those before it; an empty one clears them."""
        before = getattr(namespace, self.dest, None)
        setattr(namespace, self.dest, f"{before},{values}" if before and values else values)


class _Last(argparse.Action):
    """An option whose last value counts, so that a command line can be extended; the loss of one is told."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, used: Any = None) -> None:
        """Set the value."""
        before = getattr(namespace, self.dest, None)
        if before is not None and before != values:
            notice(f"{used} {before} is replaced by {used} {values}, which comes later")
        setattr(namespace, self.dest, values)


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Add the option that plans for another machine."""
    parser.add_argument(
        "--machine",
        type=Path,
        metavar="FILE",
        help="plan for another machine: a file with the output of its `orchestrator devices --json`",
    )


def machine_of(arguments: argparse.Namespace) -> Machine:
    """The machine to plan for: this one, or the one in the file given by `--machine`."""
    from orchestrator.machine import profile

    file: Path | None = getattr(arguments, "machine", None)
    return profile.here() if file is None else profile.recorded(file)


def typed(arguments: argparse.Namespace) -> Layer:
    """The options on the command line. `--device` may be repeated: for each stage the last one counts."""
    values = {}
    for option in OPTIONS:
        value = getattr(arguments, option.key, None)
        if value is not None:
            no = "no-" if option.type is bool and not value else ""
            name = f"--{no}{option.name}"
            if option.type is bool:
                values[option.key] = Value(value=value, source=name, words=name)
            else:
                values[option.key] = from_text(option, str(value), name, f"{name} {value}")
    devices: dict[str, DeviceRequest] = {}
    for text in getattr(arguments, "device", None) or []:
        for word in device_requests.split(text):
            devices |= device_requests.from_text(word, "--device", f"--device {word.strip()}")
    return Layer(values=values, devices=devices)


def as_table(layer: Layer) -> dict[str, Any]:
    """The options of a layer as the table of a job file, which sets the same."""
    table = {
        key: "" if one.value is None else str(one.value) if isinstance(one.value, Path) else one.value
        for key, one in layer.values.items()
    }
    devices = {
        stage or ALL: listed(one.gpus) or next(iter(one.devices), AUTO)
        for stage, one in layer.devices.items()
    }
    return table | ({DEVICE: devices} if devices else {})


def scope_of(arguments: argparse.Namespace) -> Scope:
    """The stages that this run is limited to. `--force` may be repeated, or have commas."""
    from orchestrator.planning.request import Scope

    force = tuple(word.strip() for words in arguments.force for word in words.split(",") if word.strip())
    return Scope(until=arguments.until or "", from_=arguments.from_ or "", force=force)


def plan_of(arguments: argparse.Namespace, film: Path, store: Store, *, fetch: bool = True) -> Plan:
    """The plan for one film, with the options of the command line and of every other place."""
    from orchestrator.outputs.ledger import Ledger
    from orchestrator.planning import own_films

    path = film_of(film)
    check_name(path, JOB)
    own_films.refuse(path, film, Ledger())
    plan = _planned(arguments, path, store, machine=machine_of(arguments), fetch=fetch)
    for line in plan.notices:
        notice(line)
    return plan


def planned(arguments: argparse.Namespace, film: Path, store: Store, machine: Machine) -> Plan:
    """The plan for one film of a library: as `plan_of`, but nothing of the film is read.

    A film that was not read before counts as new. `machine` is that of all plans.
    """
    from orchestrator.storage import file_digests

    path = film_of(film)
    check_name(path, JOB)
    return _planned(
        arguments,
        path,
        store,
        machine=machine,
        fetch=False,
        digest_of=lambda one: file_digests.known(one) or NOT_READ,
    )


def _planned(arguments: argparse.Namespace, path: Path, store: Store, **more: Any) -> Plan:
    from orchestrator.planning.request import plan_for

    return plan_for(
        settings(typed(arguments), path, job_file=not arguments.no_job_file),
        path,
        store,
        scope_of(arguments),
        **more,
    )


def misspelt_variables() -> list[str]:
    """A line for each environment variable that looks like a misspelt option."""
    near = [(name, option) for name, option in environment.unknown(os.environ) if option]
    return [f"{name} is not an option and is ignored; did you mean {option}?" for name, option in near]
