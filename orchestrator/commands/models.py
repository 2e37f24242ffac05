"""`orchestrator models`: which models are there, where they lie, and fetching or removing one."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
from typing import Any

from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.models import embedded as weights
from orchestrator.models import hub, whisper
from orchestrator.models import resolve as models
from orchestrator.models import translation as translation_models
from orchestrator.paths import home
from orchestrator.planning import devices
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "models",
        help="list, fetch or remove models",
        description="Models by role: whisper, segmentation, diarization, aligner, translation. Without a verb: list.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    ls = verbs.add_parser("ls", aliases=["list"], help="list the models on this disk")
    ls.add_argument("--json", action="store_true", help="as JSON")
    for name, what in (("path", "print where a model lies"), ("pull", "fetch a model from the Hub"),
                       ("rm", "remove a model that was fetched or joined")):  # fmt: skip
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("name", metavar="NAME", help="as for --model: a name, a Hub id or a folder")
        verb.add_argument("--device", choices=devices.NAMES, help="whose layout (default: this machine's)")
        verb.add_argument("--role", choices=models.ROLES, help="what it is for (default: told by its name)")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; without one, list."""
    match arguments.verb:
        case "path":
            model = _resolve(arguments, offline=True)
            if model.id in models.IN_PACKAGES.get(model.role, ()):
                raise FatalError(f"{model.id} is no file: it ships in the packages of its stage", "", USAGE)
            print(model.path)
            return OK
        case "pull":
            model = _resolve(arguments, offline=False)
            print(f"{model.id} ({model.role}, revision {model.revision[:12]}) is at {model.path}")
            return OK
        case "rm":
            return _remove(arguments.role or role_of(arguments.name), arguments.name)
        case _:
            return _list(as_json=getattr(arguments, "json", False))


def role_of(name: str) -> str:
    """Return the role that a model's name tells: of an embedded one its own, of others by the words in it."""
    for model in weights.EMBEDDED:
        if name in (model.name, *model.aliases):
            return model.role
    words = name.lower()
    if "diariz" in words:
        return "diarization"
    if "segmentation" in words:
        return "segmentation"
    if "wav2vec" in words or "xlsr" in words or name in models.IN_PACKAGES["aligner"]:
        return "aligner"
    if any(family in words for family in ("nllb", "opus-mt", "indictrans")):
        return "translation"
    return "whisper"


def _resolve(arguments: argparse.Namespace, *, offline: bool) -> models.Model:
    role = arguments.role or role_of(arguments.name)
    return models.resolve(role, arguments.name, offline=offline, device=arguments.device or _device(role))


def _device(role: str) -> str:
    """The device that this machine would use a model of the role on: it decides the layout of Whisper's."""
    from orchestrator.machine import profile
    from orchestrator.stages.catalog import STAGES

    return devices.choose(STAGES["asr"], {}, profile.here())[0][0].device if role == "whisper" else "cpu"


def _list(*, as_json: bool) -> int:
    rows = [row for role in models.ROLES for row in models.describe(role)]
    if as_json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))
        return OK
    about = {model.name: model.about for model in weights.EMBEDDED}
    notes = {"absent": "absent: orchestrator envs sync models", "packed": "packed, joined at first use"}
    table: list[tuple[str, ...]] = [("role", "name", "where", "size", "revision", "licence", "")]
    for row in rows:
        remarks = (notes.get(row.state), about.get(row.name), row.layout if row.where == "Hub cache" else None,
                   "needed a token" if row.token else None)  # fmt: skip
        table.append((row.role, row.name, row.where, fmt.size(row.size or None), row.revision[:12], row.licence,
                      ", ".join(filter(None, remarks))))  # fmt: skip
    print("\n".join(fmt.table(table)))
    print(f"\nWhisper models by name, from the Hub: {', '.join(whisper.FOR_CTRANSLATE2)}")
    print(f"Translation models by name, from the Hub: {', '.join(translation_models.SHOWN)}")
    gated = ", ".join(sorted(models.GATED))
    print(f"Behind conditions and a token on the Hub: {gated}")
    return OK


def _remove(role: str, name: str) -> int:
    """Remove a joined copy, or a repository from the Hub's cache (which other programs may share)."""
    if embedded := weights.find(role, name):
        joined = home() / "models" / f"{role}-{embedded.name}"
        if freed := _remove_conversions([embedded.sha256]):
            print(f"removed what was converted from {embedded.name}: {fmt.size(freed)} freed")
        if len(embedded.parts) > 1 and joined.exists():
            shutil.rmtree(joined)
            print(f"removed {joined}; it is joined again when it is next used")
            return OK
        if freed:
            return OK
        hint = "all of them go with: orchestrator envs rm models"
        raise FatalError(f"{embedded.name} is a file of the environment models", hint, USAGE)
    repositories = _repositories(role, name)
    if not any(map(hub.is_repository, repositories)):
        raise FatalError(f"{name} is no model that was fetched", "orchestrator models lists them", USAGE)
    revisions = [row.revision for row in models.describe(role) if row.name in (name, *repositories)]
    freed = sum(hub.remove(repository) for repository in repositories)
    freed += _remove_conversions(revisions)
    if not freed:
        raise FatalError(
            f"{name} is not in the Hub's cache ({hub.cache()})",
            "orchestrator models lists what is",
            USAGE,
        )
    print(f"removed {name}: {fmt.size(freed)} freed")
    return OK


def _repositories(role: str, name: str) -> tuple[str, ...]:
    """Every repository that the name stands for, on any device."""
    if role != "whisper":
        return translation_models.repositories(name) if role == "translation" else (name,)
    return tuple(dict.fromkeys((*whisper.repositories(name, "cpu"), *whisper.repositories(name, "mlx"))))


def _remove_conversions(revisions: list[str]) -> int:
    freed = 0
    for folder in (folder for revision in revisions for folder in models.conversions(revision)):
        freed += hub.size_of(folder)
        shutil.rmtree(folder)
    return freed
