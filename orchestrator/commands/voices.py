"""`orchestrator voices`: lists, adds and removes saved voices, by which speakers get their names."""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ipc import plain_file
from orchestrator.commands import film_options
from orchestrator.errors import INPUT, OK, USAGE, FatalError
from orchestrator.library import voice_files, voices
from orchestrator.library.voice_files import Clip, Person
from orchestrator.paths import home
from orchestrator.util import terminal
from orchestrator.util import text as fmt

_LARGEST = 64 << 20
"""Bytes of an exported library; a voice has some kilobytes."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "voices",
        help="list, add or remove saved voices",
        description="A speaker whose voice is saved gets that name in every film, or with --series in the "
        "films of one series. A voice is saved as an embedding, on this machine only. Without an action: "
        "list the voices.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="ACTION")
    added = verbs.add_parser("add", help="save a voice from a recording in which only this person speaks")
    added.add_argument("name", metavar="NAME", help="the person's name")
    added.add_argument("clips", nargs="+", type=Path, metavar="CLIP", help="any file that ffmpeg can read")
    added.add_argument("--series", default="", metavar="NAME", help="recognise the voice in this series only")
    added.add_argument(
        "--one-person", action="store_true", help="accept clips in which more than one speaker is detected"
    )
    added.add_argument(
        "--diarize-model",
        metavar="MODEL",
        help="as in `run`; a voice matches only films run with the same model",
    )
    added.add_argument(
        "--device", action="append", default=[], metavar="DEVICE|STAGE=DEVICE,...", help="as in `run`"
    )
    added.add_argument("--offline", action="store_true", default=None, help="download no model")
    shown = verbs.add_parser("list", help="list the saved voices")
    shown.add_argument("--json", action="store_true", help="print JSON, without the embeddings")
    removed = verbs.add_parser("remove", help="remove a saved voice")
    removed.add_argument("name", metavar="NAME", help="the person's name")
    removed.add_argument("--series", metavar="NAME", help="only the voice saved for this series")
    exported = verbs.add_parser("export", help="write all voices to a file, for another machine")
    exported.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    imported = verbs.add_parser("import", help="add the voices of an exported file")
    imported.add_argument("file", type=Path, metavar="FILE", help="a file written by export")


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; without one, list."""
    match arguments.verb:
        case "add":
            return _add(arguments)
        case "remove":
            for person in voices.remove(arguments.name, arguments.series):
                terminal.show(f"removed {_who(person)}: {fmt.plural(len(person.clips), 'clip')}")
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
        raise FatalError(f"{arguments.name!r}: not a name", "use a name without , and =", USAGE)
    if Path(name).is_file():
        raise FatalError(f"{name} is a file", "give the name first: orchestrator voices add NAME CLIP", USAGE)
    # Here --series is the series of a voice, not the option of a run.
    typed = film_options.typed(argparse.Namespace(**{**vars(arguments), "series": None}))
    store = Store(home() / "store")
    clips = [enrol_voice.enrol(clip, store, typed, alone=arguments.one_person) for clip in arguments.clips]
    person = voices.add(name, clips, " ".join(arguments.series.split()))
    new = sum(clip.seconds for clip in clips)
    total = f"{person.seconds:.0f} s in {fmt.plural(len(person.clips), 'clip')}"
    terminal.show(f"{_who(person)}: added {new:.0f} s of speech; saved: {total}")
    for line in _warnings(person, clips):
        terminal.tell(f"orchestrator: {line}")
    return OK


def _warnings(person: Person, new: Sequence[Clip]) -> Iterator[str]:
    """Warnings about added clips: unlike the person's others, like another person's, or of another model."""
    older = [clip for clip in person.clips if clip not in new]
    if len({(clip.model, clip.revision) for clip in person.clips}) > 1:
        yield f"{_who(person)}: the clips are from different models; a film matches only clips from its own "
        "model"
    for clip in new:
        near = [cosine for other in older if (cosine := voices.cosine(clip, other)) is not None]
        if near and max(near) < voices.UNLIKE:
            similarity = f"similarity {max(near):.2f}"
            yield f"{clip.source}: unlike the saved voice of {person.name} ({similarity}); is it the same "
            "person?"
        for other in voice_files.people():
            cosines = [cosine for c in other.clips if (cosine := voices.cosine(clip, c)) is not None]
            if other.name.casefold() != person.name.casefold() and cosines and max(cosines) >= voices.LIKE:
                similarity = f"similarity {max(cosines):.2f}"
                yield (
                    f"{clip.source}: sounds like {_who(other)} ({similarity}); while both are saved, "
                    "neither is recognised"
                )


def _list(*, as_json: bool) -> int:
    people = voice_files.people()
    if as_json:
        bodies = [dataclasses.asdict(person) for person in people]
        for clip in (clip for body in bodies for clip in body["clips"]):
            del clip["vector"]
        terminal.show_json(bodies)
        return OK
    if not people:
        terminal.show("no saved voices; to add one: orchestrator voices add NAME CLIP")
        return OK
    table: list[tuple[str, ...]] = [("name", "series", "speech", "model", "from")]
    for person in people:
        for at, clip in enumerate(person.clips):
            origin = {"": "added", "asked": "named by you", "dialogue": "named in the dialogue"}[clip.learnt]
            names = ("", "") if at else (person.name, person.series or "all films")
            cells = (f"{clip.seconds:.0f} s", clip.model, f"{clip.source} ({origin} {clip.added})")
            table.append((*names, *cells))
    terminal.show_lines(fmt.table(table))
    return OK


def _export(file: Path) -> int:
    people = voice_files.people()
    try:
        with open(file, "x", encoding="utf-8", opener=_private) as stream:
            stream.write(voices.dump(people))
    except FileExistsError as error:
        raise FatalError(f"{file} already exists", "choose another name", USAGE) from error
    except OSError as error:
        raise FatalError(f"{file}: cannot be written: {error.strerror}", "", INPUT) from error
    terminal.show(f"wrote {fmt.plural(len(people), 'voice')} to {file}")
    return OK


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _import(file: Path) -> int:
    try:
        text = plain_file.read(file, _LARGEST).decode()
    except plain_file.UnusableFileError as error:
        raise FatalError(
            f"{file}: {error}", "give a file written by orchestrator voices export", INPUT
        ) from error
    except UnicodeDecodeError as error:
        raise FatalError(
            f"{file}: not a file written by orchestrator voices export",
            "to save a voice from a recording: orchestrator voices add NAME CLIP",
            INPUT,
        ) from error
    except OSError as error:
        raise FatalError(f"{file}: cannot be read: {error.strerror}", "check the name", INPUT) from error
    for person in voices.load(text):
        terminal.show(f"{_who(person)}: {fmt.plural(len(person.clips), 'clip')}, {person.seconds:.0f} s")
    return OK


def _who(person: Person) -> str:
    return f"{person.name} ({person.series})" if person.series else person.name
