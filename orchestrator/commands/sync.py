"""`orchestrator sync`: checks subtitles against a film's speech, and corrects their times."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.errors import FAILED, INPUT, OK, FatalError
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed as as_typed


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "sync",
        help="check subtitles against the film's speech, and correct their times",
        description="Find out whether subtitles are in sync with the film, and if not, write them with other "
        "times: a constant delay, another frame rate, parts that were cut or added. Only times change. "
        "Nothing is written if the subtitles are right, or if it is not certain where they belong.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="the film")
    parser.add_argument("subtitles", type=Path, metavar="SUBTITLES", help="an .srt, .vtt, .ass or .ssa file")
    parser.add_argument("--check", action="store_true", help="report only, and write nothing")
    parser.add_argument(
        "--output",
        "-o",
        type=Path,
        metavar="FILE",
        help="write to FILE (default: subs.synced.srt for subs.srt)",
    )
    parser.add_argument(
        "--in-place", action="store_true", help="replace SUBTITLES, and keep the original as SUBTITLES.bak"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a file that has the new file's name"
    )
    parser.add_argument(
        "--recognise", action="store_true",
        help="transcribe the speech first, unless it was transcribed by a run, so that words can be matched: "
        "slower, and more certain in short films and without pauses",
    )  # fmt: skip
    parser.add_argument("--audio-track", metavar="N|LANGUAGE", help="as in `run`")
    parser.add_argument("--language", metavar="CODE", help="as in `run`, for --recognise")
    parser.add_argument("--model", metavar="MODEL", help="as in `run`, for --recognise")
    parser.add_argument(
        "--device", action="append", default=[], metavar="DEVICE|STAGE=DEVICE,...", help="as in `run`"
    )
    parser.add_argument("--offline", action="store_true", default=None, help="download no model")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compare, write if it is certain, and report; returns the exit status."""
    from orchestrator.runs import sync_subtitles
    from orchestrator.storage.store import Store
    from orchestrator.util import scratch

    film = film_of(arguments.film)
    to = sync_subtitles.Destination(
        path=arguments.output, in_place=arguments.in_place, overwrite=arguments.overwrite
    )
    sync_subtitles.check(arguments.subtitles, film, to)
    store = Store(home() / "store")
    written = None
    with scratch.folder() as folder:
        draft = folder / "synced"
        answer = sync_subtitles.compared(
            film, arguments.subtitles, store, film_options.typed(arguments), draft,
            recognise=arguments.recognise,
        )  # fmt: skip
        if answer["verdict"] == "moved" and not arguments.check:
            written = sync_subtitles.write(draft, arguments.subtitles, film, to)
    if arguments.json:
        terminal.show_json(
            {
                "film": str(film),
                "subtitles": str(arguments.subtitles),
                **answer,
                "output": str(written.path) if written else None,
                "kept": str(written.kept) if written and written.kept else None,
            }
        )
    else:
        terminal.show_lines(_shown(answer, arguments.subtitles.name, film.name))
        if written:
            terminal.show(f"wrote {written.path}")
            if written.kept:
                terminal.show(f"the original is kept as {written.kept.name}")
            if written.note:
                terminal.tell(f"orchestrator: {written.note}")
    if answer["verdict"] == "moved":
        return FAILED if arguments.check else OK
    if answer["verdict"] != "right":
        raise FatalError(*_refusal(answer, arguments, film), INPUT)
    return OK


def _shown(answer: Mapping[str, Any], name: str, film: str) -> Iterator[str]:
    """The lines of the report."""
    by = "speech and words" if answer["words"] else "speech"
    sure = f"confidence {answer['confidence']:.2f}, by {by}"
    if answer["verdict"] == "right":
        yield f"{name}: in sync with {film} ({sure}, {fmt.plural(answer['cues'], 'cue')}); nothing to write"
    if answer["verdict"] == "moved":
        yield f"{name}: not in sync with {film} ({sure}, {fmt.plural(answer['cues'], 'cue')})"
        if answer["ratio"] != 1.0:
            yield f"  times are multiplied by {answer['ratio']:.5f}{_frame_rates(answer['ratio'])}"
        for piece in answer["pieces"]:
            yield "  " + _piece(piece)
    if lost := answer["lost"]:
        yield (
            f"  the film lacks what {fmt.plural(len(lost), 'cue')} (line {lost[0]}"
            f"{' and later' if len(lost) > 1 else ''}) belong to: kept in the file, but not visible"
        )
    if answer["clipped"]:
        yield f"  {fmt.plural(answer['clipped'], 'cue')} would begin before the film, and begin at 0"
    if lines := answer["malformed"]:
        yield f"  times that cannot be read stay as they are: line {', '.join(map(str, lines[:5]))}" + (
            f" and {len(lines) - 5} more" if len(lines) > 5 else ""
        )


def _piece(piece: Mapping[str, Any]) -> str:
    span = f"{_clock(piece['start'])} to {_clock(piece['end'])}"
    first, last = (_shift(piece[key]) for key in ("shift_first", "shift_last"))
    how = first if first == last else f"{first} at its start, {last} at its end"
    return f"{span}, {fmt.plural(piece['cues'], 'cue')}: {how} (confidence {piece['confidence']:.2f})"


def _shift(seconds: float) -> str:
    if abs(seconds) < 0.0005:
        return "unchanged"
    return f"{abs(seconds):.2f} s {'later' if seconds > 0 else 'earlier'}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _frame_rates(ratio: float) -> str:
    """The frame rates that a ratio comes from; empty if it is none of the usual ones."""
    rates = {"23.976": 24000 / 1001, "24": 24.0, "25": 25.0}
    for made, a in rates.items():
        for film, b in rates.items():
            if made != film and abs(a / b - ratio) < 1e-5:
                return f" (as between {made} and {film} frames a second)"
    return ""


def _refusal(answer: Mapping[str, Any], arguments: argparse.Namespace, film: Path) -> tuple[str, str]:
    """Why nothing is written, and what to do."""
    name, sure = arguments.subtitles.name, f"confidence {answer['confidence']:.2f}"
    recognise = f"orchestrator sync {as_typed(arguments.film)} {as_typed(arguments.subtitles)} --recognise"
    match answer["verdict"]:
        case "silent":
            return f"{film.name}: no speech was detected, so nothing tells where {name} belongs", (
                "if it has several audio tracks, choose another: --audio-track"
            )
        case "few":
            return f"{name}: {fmt.plural(answer['cues'], 'spoken cue')}, too few to compare with the film", (
                "sounds in brackets, songs and signs do not count"
            )
        case "foreign":
            return (
                f"{name} does not fit the speech of {film.name} anywhere ({sure}); nothing was written",
                "is it of this film, and of this version?",
            )
    return (
        f"it is not certain where {name} belongs in {film.name} ({sure}); nothing was written",
        "use subtitles with more cues" if answer["words"] else f"let it match words too: {recognise}",
    )
