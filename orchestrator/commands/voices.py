"""`orchestrator voices`: whose voices are known, so that films say their names."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.errors import INPUT, OK, USAGE, FatalError
from orchestrator.library import voice_files, voices
from orchestrator.library.voice_files import Clip, Person
from orchestrator.paths import home
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "voices",
        help="the voices that are known by name",
        description="A voice that is known is given its name in every film, or with --series in that series' films. What is "
        "kept is an embedding of it, on this machine only.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    own = verbs.add_parser("add", help="learn a voice from a recording in which that person alone speaks")
    own.add_argument("name", metavar="NAME")
    own.add_argument("clips", nargs="+", type=Path, metavar="CLIP", help="any file that ffmpeg reads")
    own.add_argument("--series", default="", metavar="NAME", help="known in the films of this series only")
    own.add_argument(
        "--one-person", action="store_true", help="one person speaks, though it sounds like more"
    )
    own.add_argument("--diarize-model", metavar="MODEL", help="as in run: voices are compared within a model")
    own.add_argument(
        "--device", action="append", default=[], metavar="DEVICE|STAGE=DEVICE,...", help="as in run"
    )
    own.add_argument("--offline", action="store_true", default=None, help="fetch no model from anywhere")
    shown = verbs.add_parser("list", help="whose voices are known")
    shown.add_argument("--json", action="store_true", help="as JSON, without the embeddings")
    gone = verbs.add_parser("remove", help="forget a voice")
    gone.add_argument("name", metavar="NAME")
    gone.add_argument("--series", metavar="NAME", help="only the one of this series")
    out = verbs.add_parser("export", help="write all voices into a file, for another machine")
    out.add_argument("file", type=Path, metavar="FILE")
    into = verbs.add_parser("import", help="add the voices of such a file")
    into.add_argument("file", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; without one, list."""
    match arguments.verb:
        case "add":
            return _add(arguments)
        case "remove":
            for person in voices.remove(arguments.name, arguments.series):
                print(f"removed {_who(person)}: {fmt.plural(len(person.clips), 'clip')}")
        case "export":
            return _export(arguments.file)
        case "import":
            return _import(arguments.file)
        case _:
            return _list(as_json=getattr(arguments, "json", False))
    return OK


def _add(arguments: argparse.Namespace) -> int:
    from orchestrator.runs import enrol_voice
    from orchestrator.storage.store import Store

    name = " ".join(arguments.name.split())
    if not name or any(mark in name for mark in "=,"):
        raise FatalError(f"{arguments.name!r} is no name", "a name has no , and no =", USAGE)
    if Path(name).is_file():
        raise FatalError(
            f"{name} is a file", "the name comes first: orchestrator voices add NAME CLIP", USAGE
        )
    # --series names a person's series here, and is not the option of a run.
    typed = film_options.typed(argparse.Namespace(**{**vars(arguments), "series": None}))
    store = Store(home() / "store")
    found = [enrol_voice.enrol(clip, store, typed, alone=arguments.one_person) for clip in arguments.clips]
    person = voices.add(name, found, " ".join(arguments.series.split()))
    new = sum(clip.seconds for clip in found)
    print(
        f"{_who(person)}: {new:.0f} s of speech added, {person.seconds:.0f} s in {fmt.plural(len(person.clips), 'clip')} known"
    )
    for line in _doubts(person, found):
        print(f"orchestrator: {line}", file=sys.stderr)
    return OK


def _doubts(person: Person, new: Sequence[Clip]) -> Iterator[str]:
    """What is odd about clips that were added: unlike the person's others, like somebody else's, or of another model."""
    older = [clip for clip in person.clips if clip not in new]
    if len({(clip.model, clip.revision) for clip in person.clips}) > 1:
        yield "not all clips are of one model of voices; films are compared with those of their own"
    for clip in new:
        near = [cosine for other in older if (cosine := voices.cosine(clip, other)) is not None]
        if near and max(near) < voices.UNLIKE:
            yield f"{clip.source} sounds unlike what was known of {person.name} (cosine {max(near):.2f}): is it the same person?"
        for other in voice_files.people():
            cosines = [cosine for c in other.clips if (cosine := voices.cosine(clip, c)) is not None]
            if other.name.casefold() != person.name.casefold() and cosines and max(cosines) >= voices.LIKE:
                yield f"{clip.source} sounds like {_who(other)} (cosine {max(cosines):.2f}): where both are known, neither is named by voice"


def _list(*, as_json: bool) -> int:
    everybody = voice_files.people()
    if as_json:
        bodies = [dataclasses.asdict(person) for person in everybody]
        for clip in (clip for body in bodies for clip in body["clips"]):
            del clip["vector"]
        print(json.dumps(bodies, indent=2, ensure_ascii=False))
        return OK
    if not everybody:
        print("no voice is known: orchestrator voices add NAME CLIP")
        return OK
    table: list[tuple[str, ...]] = [("name", "series", "speech", "model", "from")]
    for person in everybody:
        for at, clip in enumerate(person.clips):
            told = {"": "added", "asked": "you named it", "dialogue": "named in the film"}[clip.learnt]
            heard = f"{clip.source} ({told} {clip.added})"
            table.append((person.name if not at else "", (person.series or "all films") if not at else "", f"{clip.seconds:.0f} s", clip.model, heard))  # fmt: skip
    print("\n".join(fmt.table(table)))
    return OK


def _export(file: Path) -> int:
    everybody = voice_files.people()
    try:
        with open(file, "x", encoding="utf-8", opener=_private) as stream:
            stream.write(voices.dump(everybody))
    except FileExistsError as error:
        raise FatalError(f"{file} is there already", "choose another name", USAGE) from error
    except OSError as error:
        raise FatalError(f"{file} cannot be written: {error.strerror}", "", INPUT) from error
    print(f"{fmt.plural(len(everybody), 'voice')} in {file}")
    return OK


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _import(file: Path) -> int:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FatalError(
            f"{file} is no file of voices",
            "orchestrator voices export FILE writes one; voices add takes a recording",
            INPUT,
        ) from error
    except OSError as error:
        raise FatalError(f"{file} cannot be read: {error.strerror}", "check the name", INPUT) from error
    for person in voices.load(text):
        print(f"{_who(person)}: {fmt.plural(len(person.clips), 'clip')}, {person.seconds:.0f} s")
    return OK


def _who(person: Person) -> str:
    return f"{person.name} ({person.series})" if person.series else person.name
