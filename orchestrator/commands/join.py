"""`orchestrator join`: puts recordings of one conversation into one file with a track for each person."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.errors import OK
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "join",
        help="put recordings of one conversation into one file, a track for each person",
        description="Podcasts and interviews often come as one file for each person. Put them into one file "
        "with a named track each, for `orchestrator run FILE --speakers-by-track`. Nothing is recorded anew: "
        "usual compressed sound is copied, and all other becomes FLAC.",
    )
    parser.add_argument(
        "recordings", nargs="+", metavar="[NAME=]FILE",
        help="the recordings; without NAME, the name is taken from the file's, such as Anna from "
        "ep12-anna.wav",
    )  # fmt: skip
    parser.add_argument(
        "--late", action="append", default=[], metavar="NAME=SECONDS",
        help="this recording begins SECONDS after the one that begins first (default: all begin together)",
    )  # fmt: skip
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE",
        help="write to FILE, an .mka (default: FOLDER.mka in the folder of the first recording)",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace a file that has this name")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Join the recordings, and say what to do with the file."""
    from orchestrator.runs import join_recordings

    recordings = join_recordings.recordings_of(arguments.recordings)
    late = join_recordings.delays_of(arguments.late)
    path, tracks = join_recordings.join(recordings, late, arguments.output, overwrite=arguments.overwrite)
    if arguments.json:
        terminal.show_json({"output": str(path), "tracks": tracks})
        return OK
    terminal.show(f"wrote {path}")
    terminal.show_lines(_shown(tracks))
    for title, seconds in join_recordings.shorter(tracks):
        again = f"--late {shlex.quote(f'{title}={seconds:.0f}')} --overwrite"
        terminal.tell(
            f"orchestrator: {title} ends {seconds:.0f} s before the longest recording; if it began late "
            f"instead, say so: {again}"
        )
    terminal.show(f"to transcribe it: orchestrator run {typed(path)} --speakers-by-track")
    return OK


def _shown(tracks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each track: name, file, length, delay."""
    wide = max(len(track["title"]) for track in tracks)
    for track in tracks:
        length = "" if track["seconds"] is None else f", {fmt.clock(track['seconds'])}"
        begins = f", begins {track['late']:g} s late" if track["late"] else ""
        yield f"  {track['title']:{wide}}  {Path(track['file']).name}{length}{begins}"
