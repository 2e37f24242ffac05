"""`orchestrator import`: takes what another program changed in a subtitle file back as edits."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.edits import Shown
from orchestrator.errors import INPUT, OK, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.run_state import last_text
from orchestrator.storage import file_digests
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed
from orchestrator.util.notices import notice

if TYPE_CHECKING:
    from orchestrator.review.imported.differences import Change
    from orchestrator.review.imported.taking import Taken

_TIMES = 3
"""Times that are listed of what cannot be kept."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import",
        help="take changes that another program made in a subtitle file back as edits",
        description="Compare a subtitle file that you changed in another program with what a run wrote, and "
        "save the changes as edits, like those of `orchestrator review`: texts, times, speakers, splits, "
        "merges, deletions, additions, and formatting. Then write every file, and the subtitled film, again. "
        "`orchestrator edits` lists and undoes them.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    parser.add_argument("file", type=Path, metavar="FILE", help="the changed file: .ass, .srt or .vtt")
    parser.add_argument(
        "--track",
        metavar="CODE",
        help="the language of the subtitles that the file belongs to (default: by its name, or by its cues)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list what would become edits")
    parser.add_argument(
        "--render",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write the files and the film again (default: yes)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Import the file; returns the exit status."""
    from orchestrator.review.desk import Desk
    from orchestrator.review.imported import taking

    film = film_of(arguments.film)
    file = current_folder.absolute(arguments.file)
    desk = Desk(film)
    with desk.in_use():
        if desk.passed_over:
            notice(desk.passed_over)
        if desk.stale:
            if arguments.dry_run:
                raise FatalError(
                    f"{film.name}: its subtitles do not have your latest edits yet",
                    f"run: orchestrator run {typed(arguments.film)}",
                    INPUT,
                )
            terminal.tell(f"{film.name}: updating the subtitles with the latest edits")
            desk.make()
        taken = taking.compared(desk, file, arguments.track)
        files: list[str] = []
        if taken.changes and not arguments.dry_run:
            taking.take(desk, taken)
            files = desk.make() if arguments.render else []
    if arguments.json:
        terminal.show_json(_as_json(taken, files))
    else:
        _show(taken, arguments, files)
    return OK


def _show(taken: Taken, arguments: argparse.Namespace, files: Sequence[str]) -> None:
    if arguments.dry_run:
        for label, name in taken.names.items():
            terminal.show(f"  {'':8}{'name':22}{_called(taken, label)} is {fmt.plain(name)}")
        for change in taken.onto.made:
            terminal.show(f"  {_when(taken, change):8}{', '.join(change.kinds):22}{_line(taken, change)}")
    counts = ", ".join(f"{kind} {count}" for kind, count in taken.counts.items())
    name = fmt.plain(taken.file.name)
    since = f"since the run {taken.base.run}"
    if not taken.changes:
        there = f"; {_changes(len(taken.onto.again))} are edits already" if taken.onto.again else ""
        terminal.show(f"{name}: no changes {since}{there}")
    else:
        count = len(taken.onto.made) + len(taken.names)
        terminal.show(f"{name}: {_changes(count)} {since} ({counts})")
    if taken.onto.against:
        where = _listed([one.start for one in taken.onto.against])
        terminal.show(
            f"  the film's cues were changed there meanwhile, and the file's are used: {where}; "
            f"to go back: orchestrator edits {typed(arguments.film)}"
        )
    for word, times in taken.unkept.items():
        terminal.show(f"  not kept: {fmt.plain(word)}{f' ({_listed(times)})' if times else ''}")
    if arguments.dry_run:
        terminal.show("nothing was changed: this was a dry run")
    elif taken.changes and arguments.render:
        terminal.show(f"written: {', '.join(files) if files else 'nothing new'}")
    elif taken.changes:
        film = film_of(arguments.film)
        again = last_text.command(film, file_digests.file_digest(film), arguments.film)
        terminal.show(f"saved; to update the subtitles: {again}")


def _changes(count: int) -> str:
    return fmt.plural(count, "change")


def _listed(times: Sequence[float]) -> str:
    more = f" and {len(times) - _TIMES} more" if len(times) > _TIMES else ""
    return ", ".join(fmt.clock(time) for time in times[:_TIMES]) + more


def _called(taken: Taken, label: str) -> str:
    return fmt.plain(taken.base.names.get(label, "a new speaker"))


def _when(taken: Taken, change: Change) -> str:
    cues = [*taken.before(change), *change.after]
    return fmt.clock(cues[0].start)


def _line(taken: Taken, change: Change) -> str:
    before, after = taken.before(change), list(change.after)
    if not after:
        return _text(before)
    if not before:
        return _text(after)
    if set(change.kinds) & {"text", "split", "merged"}:
        return f"{_text(before)}  >  {_text(after)}"
    said = []
    if {"times", "moved"} & set(change.kinds):
        said.append(f"{_span(before)}  >  {_span(after)}")
    if "speaker" in change.kinds:
        names = [", ".join(taken.names.get(one, taken.base.names.get(one, one)) for one in cues[0].speakers)
                 for cues in (before, after)]  # fmt: skip
        said.append("  >  ".join(name or "nobody" for name in names))
    if "formatting" in change.kinds:
        said.append("".join(one.code for one in after[0].codes or ()) or "none")
    return f"{_text(after)}  ({fmt.plain('; '.join(said))})"


def _span(cues: Sequence[Shown]) -> str:
    return f"{cues[0].start:.2f} to {cues[-1].end:.2f}"


def _text(cues: Sequence[Shown]) -> str:
    text = " | ".join(" ".join(cue.text.split()) for cue in cues)
    return fmt.plain(text if len(text) <= 60 else f"{text[:59]}…")


def _as_json(taken: Taken, files: Sequence[str]) -> Mapping[str, Any]:
    return {
        "file": str(taken.file),
        "track": taken.base.track,
        "since": taken.base.run,
        "counts": taken.counts,
        "names": dict(taken.names),
        "changes": [
            {
                "kinds": list(change.kinds),
                "before": [dataclasses.asdict(cue) for cue in taken.before(change)],
                "after": [dataclasses.asdict(cue) for cue in change.after],
            }
            for change in taken.onto.made
        ],
        "already": len(taken.onto.again),
        "against": [dataclasses.asdict(cue) for cue in taken.onto.against],
        "unkept": {word: list(times) for word, times in taken.unkept.items()},
        "written": list(files),
    }
