"""`orchestrator edits`: lists the edits of a film's subtitles, and undoes them."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from ipc.edits import Edit, Overlay, Shown
from orchestrator.errors import OK, FatalError
from orchestrator.library import edits
from orchestrator.planning.film_path import film_of
from orchestrator.run_state import last_text
from orchestrator.storage import file_digests
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed

_SHOWN = 6
"""How many versions are listed."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "edits",
        help="list edits made in review or by import, and undo them",
        description="List the edits made by `orchestrator review` and `import`, and undo them. Later runs of "
        "the film keep the edits. Earlier versions are kept, so an undo can itself be undone.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--undo", metavar="N", type=int, action="append", help="undo edit number N; may be repeated"
    )
    what.add_argument("--discard", action="store_true", help="undo all edits")
    what.add_argument(
        "--restore", metavar="VERSION", type=int, help="return to an earlier version of the edits"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """List or undo edits; returns the exit status."""
    film = film_of(arguments.film)
    digest = file_digests.file_digest(film)
    if arguments.restore is not None:
        edits.restore(digest, arguments.restore)
        return _done(f"restored version {arguments.restore}", arguments, digest)
    if arguments.discard:
        return _done(f"{fmt.plural(edits.discard(digest), 'edit')} undone", arguments, digest)
    try:
        overlay = edits.load(digest)
    except FatalError:
        _show_versions(digest)
        raise
    if arguments.undo:
        edits.save(digest, edits.taken_back(overlay, set(arguments.undo)))
        return _done(f"{fmt.plural(len(set(arguments.undo)), 'edit')} undone", arguments, digest)
    if arguments.json:
        body = {
            "film": str(film),
            "file": str(edits.file_of(digest)),
            "edits": [_row(number, overlay, *what) for number, what in edits.numbered(overlay).items()],
            "versions": [
                {"number": one.number, "when": one.when.isoformat()} for one in edits.versions(digest)
            ],
        }
        terminal.show_json(body)
        return OK
    _show(overlay, arguments.film)
    _show_versions(digest)
    return OK


def _done(what: str, arguments: argparse.Namespace, digest: str) -> int:
    again = last_text.command(film_of(arguments.film), digest, arguments.film)
    terminal.show(f"{what}; to update the subtitles: {again}")
    return OK


def _row(number: int, overlay: Overlay, track: str, what: str) -> dict[str, Any]:
    kind, _, place = what.partition(" ")
    if kind == "name":
        person = overlay.speakers[int(place)]
        return {"number": number, "speaker": person.label, "name": person.name}
    edit = overlay.tracks[track][int(place)]
    return {"number": number, "track": track, **dataclasses.asdict(edit)}


def _show(overlay: Overlay, film: Path) -> None:
    rows = edits.numbered(overlay)
    if not rows:
        terminal.show(f"no edits; to edit the subtitles in the browser: orchestrator review {typed(film)}")
    for number, (track, what) in rows.items():
        kind, _, place = what.partition(" ")
        if kind == "name":
            person = overlay.speakers[int(place)]
            terminal.show(f"{number:>3}  {person.label} is {person.name}")
            continue
        edit = overlay.tracks[track][int(place)]
        where = f"  [{track}]" if track else ""
        terminal.show(f"{number:>3}  {fmt.clock(edit.span()[0])}{where}  {_line(edit)}")


def _line(edit: Edit) -> str:
    before, after = _text(edit.before), _text(edit.after)
    if not edit.after:
        return f"deleted: {before}"
    if not edit.before:
        return f"inserted: {after}"
    if before == after:
        return f"{after}  (times, speaker, line breaks or formatting)"
    return f"{before}  >  {after}"


def _text(cues: tuple[Shown, ...]) -> str:
    text = " | ".join(" ".join(cue.text.split()) for cue in cues)
    return fmt.plain(text if len(text) <= 60 else f"{text[:59]}…")


def _show_versions(digest: str) -> None:
    versions = edits.versions(digest)
    if versions:
        listed = ", ".join(
            f"{one.number} ({one.when:%Y-%m-%d %H:%M}{'' if edits.readable(one) else ', damaged'})"
            for one in versions[:_SHOWN]
        )
        more = f" and {len(versions) - _SHOWN} more" if len(versions) > _SHOWN else ""
        terminal.show(f"earlier versions: {listed}{more}; to return to one: --restore VERSION")
