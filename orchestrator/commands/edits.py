"""`orchestrator edits`: what a person changed of a film's subtitles, listed and taken back."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from ipc.edits import Edit, Overlay, Shown
from orchestrator.errors import OK, FatalError
from orchestrator.library import edits
from orchestrator.planning.film_path import film_of, typed
from orchestrator.storage import file_digests
from orchestrator.util import text as fmt

_SHOWN = 6
"""Versions that are named."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "edits",
        help="what was edited of a film's subtitles; take it back",
        description="List what was edited of a film's subtitles with `orchestrator review`, and take it back. Every run "
        "of the film keeps what was edited. Earlier versions are kept, so that taking back can be regretted.",
    )
    parser.add_argument("film", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--undo", metavar="N", type=int, action="append", help="take back the change with this number"
    )
    what.add_argument("--discard", action="store_true", help="take back all of them")
    what.add_argument(
        "--restore", metavar="VERSION", type=int, help="make an earlier version the present one"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """List, or take back; returns the exit status."""
    film = film_of(arguments.film)
    digest = file_digests.file_digest(film)
    if arguments.restore is not None:
        edits.restore(digest, arguments.restore)
        return _done(f"version {arguments.restore} is the present one", arguments)
    if arguments.discard:
        return _done(f"{fmt.plural(edits.discard(digest), 'change')} taken back", arguments)
    try:
        overlay = edits.load(digest)
    except FatalError:
        _show_versions(digest)
        raise
    if arguments.undo:
        edits.save(digest, edits.taken_back(overlay, set(arguments.undo)))
        return _done(f"{fmt.plural(len(set(arguments.undo)), 'change')} taken back", arguments)
    if arguments.json:
        found = [_row(number, overlay, *what) for number, what in edits.numbered(overlay).items()]
        there = [{"number": one.number, "when": one.when.isoformat()} for one in edits.versions(digest)]
        print(
            json.dumps(
                {"film": str(film), "file": str(edits.file_of(digest)), "edits": found, "versions": there},
                ensure_ascii=False,
                indent=2,
            )
        )
        return OK
    _show(overlay)
    _show_versions(digest)
    return OK


def _done(what: str, arguments: argparse.Namespace) -> int:
    print(f"{what}; it holds from the next run on: orchestrator run {typed(arguments.film)}")
    return OK


def _row(number: int, overlay: Overlay, track: str, what: str) -> dict[str, Any]:
    kind, _, place = what.partition(" ")
    if kind == "name":
        person = overlay.speakers[int(place)]
        return {"number": number, "speaker": person.label, "name": person.name}
    edit = overlay.tracks[track][int(place)]
    return {"number": number, "track": track, **dataclasses.asdict(edit)}


def _show(overlay: Overlay) -> None:
    found = edits.numbered(overlay)
    if not found:
        print("nothing is edited: orchestrator review FILM opens the film and its subtitles in the browser")
    for number, (track, what) in found.items():
        kind, _, place = what.partition(" ")
        if kind == "name":
            person = overlay.speakers[int(place)]
            print(f"{number:>3}  {person.label} is {person.name}")
            continue
        edit = overlay.tracks[track][int(place)]
        where = f"  [{track}]" if track else ""
        print(f"{number:>3}  {fmt.clock(edit.span()[0])}{where}  {_told(edit)}")


def _told(edit: Edit) -> str:
    before, after = _text(edit.before), _text(edit.after)
    if not edit.after:
        return f"deleted: {before}"
    if not edit.before:
        return f"put in: {after}"
    if before == after:
        return f"{after}: times, speaker or lines"
    return f"{before}  >  {after}"


def _text(cues: tuple[Shown, ...]) -> str:
    text = " | ".join(" ".join(cue.text.split()) for cue in cues)
    return fmt.plain(text if len(text) <= 60 else f"{text[:59]}…")


def _show_versions(digest: str) -> None:
    there = edits.versions(digest)
    if there:
        told = ", ".join(
            f"{one.number} ({one.when:%Y-%m-%d %H:%M}{'' if edits.readable(one) else ', damaged'})"
            for one in there[:_SHOWN]
        )
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        print(f"versions that are kept: {told}{more}; --restore N takes one up again")
