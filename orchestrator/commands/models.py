"""`orchestrator models`: which models are there, where they lie, and fetching or removing one."""

from __future__ import annotations

import argparse
import json
import shutil
from typing import Any

from orchestrator import format as fmt
from orchestrator import hub, models, weights
from orchestrator import whisper_models as whisper
from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.home import home


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "models",
        help="list, fetch or remove models",
        description="Models by role: whisper, segmentation, diarization, aligner. Without a verb: list.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    ls = verbs.add_parser("ls", aliases=["list"], help="list the models on this disk")
    ls.add_argument("--json", action="store_true", help="as JSON")
    for name, what in (("path", "print where a model lies"), ("pull", "fetch a model from the Hub"),
                       ("rm", "remove a model that was fetched or joined")):  # fmt: skip
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("name", metavar="NAME", help="as for --model: a name, a Hub id or a folder")
        verb.add_argument("--role", choices=models.ROLES, help="what it is for (default: told by its name)")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; without one, list."""
    match arguments.verb:
        case "path":
            print(_resolve(arguments, offline=True).path)
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
    return "whisper"


def _resolve(arguments: argparse.Namespace, *, offline: bool) -> models.Model:
    return models.resolve(arguments.role or role_of(arguments.name), arguments.name, offline=offline)


def _list(*, as_json: bool) -> int:
    rows = [
        {"role": role, "name": name, "where": where, "state": note}
        for role in models.ROLES
        for name, where, note in models.describe(role)
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return OK
    about = {model.name: f"{model.about} ({model.licence})" for model in weights.EMBEDDED}
    notes = {"absent": "absent: orchestrator envs sync models", "packed": "packed, joined at first use"}
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        note = ", ".join(part for part in (notes.get(row["state"], ""), about.get(row["name"], "")) if part)
        print(f"{row['role']:13} {row['name']:{width}}  {row['where']:12} {note}".rstrip())
    print(f"\nWhisper models by name, from the Hub: {', '.join(whisper.FOR_CTRANSLATE2)}")
    return OK


def _remove(role: str, name: str) -> int:
    """Remove a joined copy, or a repository from the Hub's cache (which other programs may share)."""
    if embedded := weights.find(role, name):
        joined = home() / "models" / f"{role}-{embedded.name}"
        if len(embedded.parts) > 1 and joined.exists():
            shutil.rmtree(joined)
            print(f"removed {joined}; it is joined again when it is next used")
            return OK
        hint = "all of them go with: orchestrator envs rm models"
        raise FatalError(f"{embedded.name} is a file of the environment models", hint, USAGE)
    repository = whisper.FOR_CTRANSLATE2.get(name, name) if role == "whisper" else name
    if not hub.is_repository(repository):
        raise FatalError(f"{name} is no model that was fetched", "orchestrator models lists them", USAGE)
    freed = hub.remove(repository)
    if not freed:
        raise FatalError(
            f"{repository} is not in the Hub's cache ({hub.cache()})",
            "orchestrator models lists what is",
            USAGE,
        )
    print(f"removed {repository} from {hub.cache()}: {fmt.size(freed)} freed")
    return OK
