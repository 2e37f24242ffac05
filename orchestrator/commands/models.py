"""`orchestrator models`: lists, locates, downloads and removes models."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from orchestrator.commands import verbosity
from orchestrator.config import device_requests
from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.models import embedded, families, hub, listing
from orchestrator.models.resolve import Model, family_of, resolve
from orchestrator.planning import devices
from orchestrator.util import own_files, terminal
from orchestrator.util import text as fmt

RECOMMENDED = "recommended"
"""The name for all that suits this machine."""
ALIGNER = "aligner"
"""What stands before a colon and a language, for the aligner of that language."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "models",
        help="list, download or remove models",
        description=f"Models have one of these roles: {', '.join(families.ROLES)}. Without an action: list "
        "the models.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="ACTION")
    ls = verbs.add_parser("ls", aliases=["list"], help="list the models on this machine")
    ls.add_argument("--json", action="store_true", help="print JSON")
    for name, what in (
        ("path", "print the path of a model"),
        ("pull", "download a model from the Hugging Face Hub"),
        ("rm", "remove a downloaded or unpacked model"),
    ):
        verb = verbs.add_parser(name, help=what)
        more = (
            "; `recommended` for all that suits this machine and your films; `aligner:de` for the aligner "
            "of German"
        )
        verb.add_argument(
            "name", metavar="NAME",
            help=f"as for --model: a name, a Hub id or a folder{more if name == 'pull' else ''}",
        )  # fmt: skip
        verb.add_argument(
            "--device",
            choices=device_requests.NAMES,
            help="the device that will run it (default: this machine's best)",
        )
        verb.add_argument(
            "--role",
            choices=tuple(families.ROLES),
            help="the role of the model (default: guessed from its name)",
        )
        if name == "pull":
            verb.add_argument(
                "--language",
                metavar="CODES",
                help="with `recommended`: the languages of your films, such as de,en",
            )
        if name != "path":
            verbosity.add(verb)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; without one, list."""
    match arguments.verb:
        case "path":
            model = _resolve(arguments, offline=True)
            if families.is_packaged(model.role, model.id):
                raise FatalError(f"{model.id} has no path: it is part of its stage's packages", "", USAGE)
            terminal.show(str(model.path))
            return OK
        case "pull" if arguments.name == RECOMMENDED and (arguments.device or arguments.role):
            hint = "omit --device and --role"
            raise FatalError(f"{RECOMMENDED}: this machine decides on devices and models", hint, USAGE)
        case "pull" if arguments.name == RECOMMENDED:
            return _recommended(arguments)
        case "pull" if arguments.language:
            raise FatalError(f"--language: {arguments.name} has no choice by language", "omit it", USAGE)
        case "pull":
            _name_aligner(arguments)
            model = _resolve(arguments, offline=False)
            terminal.show(f"{model.id} ({model.role}, revision {model.revision[:12]}) is at {model.path}")
            return _install_engine(model, arguments.device or _device(model.role, model.id))
        case "rm":
            return _remove(_role(arguments), arguments.name)
        case _:
            return _list(as_json=getattr(arguments, "json", False))


def _recommended(arguments: argparse.Namespace) -> int:
    """Pull what `orchestrator setup` would propose, without questions, and set nothing."""
    from orchestrator.machine import profile
    from orchestrator.setup import figures, flow, languages, suits, survey

    spoken = languages.given(arguments.language, "--language") or languages.default()
    machine = profile.here()
    found = survey.of(suits.items(machine, spoken))
    flow.show(found, figures.measured())
    return flow.status(found, flow.pull(flow.unasked(found)))


def _name_aligner(arguments: argparse.Namespace) -> None:
    """Replace `aligner:de` by the model that aligns German."""
    prefix, colon, code = arguments.name.partition(":")
    if not colon or prefix != ALIGNER:
        return
    from orchestrator.models import aligners_by_language
    from orchestrator.setup import languages, suits

    (language, *_) = languages.given(code, arguments.name) or ("",)
    item = suits.aligner(language)
    if item is None:
        own = aligners_by_language.PACKAGED.get(language, "")
        message = f"{arguments.name}: there is no better aligner to download"
        raise FatalError(message, f"{own} is installed, and is used" if own else "", USAGE)
    arguments.name, arguments.role = item.model, ALIGNER


def _role(arguments: argparse.Namespace) -> str:
    return arguments.role or families.role_of(arguments.name)


def _resolve(arguments: argparse.Namespace, *, offline: bool) -> Model:
    role = _role(arguments)
    device = arguments.device or _device(role, arguments.name)
    return resolve(role, arguments.name, offline=offline, device=device)


def _device(role: str, name: str) -> str:
    """The device on which this machine would run the model, if its layout depends on it."""
    from orchestrator.machine import profile
    from orchestrator.stages.catalog import STAGES

    if not any(family.read_by for family in families.ROLES[role]):
        return "cpu"
    stage = next(stage for stage in STAGES.values() if stage.model_role == role)
    machine, family = profile.here(), family_of(role, name)
    if family in {"", stage.first_family}:
        return devices.choose(stage, {}, machine)[0][0].device
    # An environment that is not installed yet is installed with the model.
    return next((b.device for b in stage.fitting(family=family) if machine.could_use(b)), "cpu")


def _install_engine(model: Model, device: str) -> int:
    """Install the environment that recognises or aligns with the model, if it is missing; returns the exit
    status.
    """
    from orchestrator.environments import registry
    from orchestrator.environments.sync_progress import sync_shown
    from orchestrator.stages.catalog import STAGES

    stage = {"recognition": "asr", ALIGNER: "alignment"}.get(model.role)
    if stage is None:
        return OK
    backends = (one for one in STAGES[stage].backends if one.takes(model.id, model.family))
    env = next((one.env for one in backends if one.device == device), "")
    if not env or registry.health(env) is None or not registry.get(env).fits():
        return OK
    return sync_shown([env], offline=False, torch_backend=None)


def _list(*, as_json: bool) -> int:
    rows = [row for role in families.ROLES for row in listing.describe(role)]
    if as_json:
        terminal.show_json([dataclasses.asdict(row) for row in rows])
        return OK
    notes = {
        "absent": "missing; install with: orchestrator envs sync models",
        "packed": "unpacked at the first use",
    }
    table: list[tuple[str, ...]] = [("role", "name", "where", "size", "revision", "licence", "")]
    for row in rows:
        remarks = (notes.get(row.state), row.about, row.layout if row.where == "Hub cache" else None,
                   "gated" if row.token else None)  # fmt: skip
        cells = (row.role, row.name, row.where, fmt.size(row.size or None), row.revision[:12], row.licence)
        table.append((*cells, ", ".join(filter(None, remarks))))
    terminal.show_lines(fmt.table(table))
    terminal.show()
    for role, members in families.ROLES.items():
        if names := [name for family in members for name in family.short_names]:
            terminal.show(f"{role} models to download by name: {', '.join(names)}")
    gated = sorted(name for members in families.ROLES.values() for family in members for name in family.gated)
    terminal.show(
        f"Gated on the Hugging Face Hub (accept the conditions there, then set HF_TOKEN): {', '.join(gated)}"
    )
    return OK


def _remove(role: str, name: str) -> int:
    """Remove an unpacked copy, or a repository from the Hugging Face cache, which other programs may use."""
    if model := families.embedded(role, name):
        return _remove_joined(model)
    repositories = _repositories(role, name)
    if not any(map(hub.is_repository, repositories)):
        hint = "list the downloaded models with: orchestrator models"
        raise FatalError(f"{name} is not a downloaded model", hint, USAGE)
    revisions = [row.revision for row in listing.describe(role) if row.name in (name, *repositories)]
    freed = sum(hub.remove(repository) for repository in repositories)
    freed += _remove_conversions(revisions)
    if not freed:
        hint = "list the downloaded models with: orchestrator models"
        raise FatalError(f"{name} is not in the Hugging Face cache ({hub.cache()})", hint, USAGE)
    terminal.show(f"removed {name}: {fmt.size(freed)} freed")
    return OK


def _remove_joined(model: embedded.Embedded) -> int:
    joined = embedded.joined(model)
    if freed := _remove_conversions([model.sha256]):
        terminal.show(f"removed the conversions of {model.name}: {fmt.size(freed)} freed")
    if len(model.parts) > 1 and joined.exists():
        own_files.remove(joined)
        terminal.show(f"removed {joined}; it is unpacked again at the next use")
    elif not freed:
        hint = "remove all embedded models with: orchestrator envs rm models"
        raise FatalError(f"{model.name} is part of the environment models", hint, USAGE)
    return OK


def _repositories(role: str, name: str) -> tuple[str, ...]:
    """Every repository of the model `name`, for any device."""
    family = families.candidates(role, name)[0]
    devices = ("", *family.read_by)
    return tuple(dict.fromkeys(other for device in devices for other in family.repositories(name, device)))


def _remove_conversions(revisions: list[str]) -> int:
    freed = 0
    for folder in (folder for revision in revisions for folder in listing.conversions(revision)):
        freed += hub.size_of(folder)
        own_files.remove(folder)
    return freed
