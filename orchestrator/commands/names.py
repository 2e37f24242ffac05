"""`orchestrator names`: shows the speakers and corrected names of a film, and undoes corrections."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, OK, USAGE, FatalError
from orchestrator.library import corrections
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.report.recognised_times import FilmClock
from orchestrator.run_state import last_text
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "names",
        help="show a film's speakers and corrected names, and undo corrections",
        description="Show the names that the film's last run expected, the names it corrected with the "
        "evidence, and the names of the speakers. An undo applies to every occurrence of the word in the "
        "film, from the next run on.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--undo",
        metavar="N|'FROM>TO'",
        action="append",
        help="undo a correction, given by its number or words",
    )
    what.add_argument(
        "--redo", metavar="N|'FROM>TO'", action="append", help="apply an undone correction again"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show names, or undo corrections; returns the exit status."""
    film = film_of(arguments.film)
    digest = file_digests.file_digest(film)
    last_run = _read_last_run(film)
    if arguments.undo or arguments.redo:
        rows = [_row(word, _numbered(last_run)) for word in arguments.undo or arguments.redo]
        pairs = [corrections.pair(row["before"], row["after"]) for row in rows]
        for row, pair in zip(rows, pairs, strict=True):
            if arguments.undo:
                corrections.undo(digest, [pair], row["stage"])
        if arguments.redo:
            corrections.redo(digest, pairs)
        for pair in pairs:
            done = "undone" if arguments.undo else "restored"
            terminal.show(
                f"{done}: {pair.replace('>', ' > ')}; to update the subtitles: "
                f"{last_text.command(film, digest, arguments.film)}"
            )
        return OK
    for row in _numbered(last_run):
        undone = {pair.casefold() for pair in corrections.undone(digest, row["stage"])}
        row["undone"] = corrections.pair(row["before"], row["after"]).casefold() in undone
    if arguments.json:
        terminal.show_json({"film": str(film), **last_run})
        return OK
    _show(last_run)
    return OK


def _read_last_run(film: Path) -> dict[str, Any]:
    """The glossary, corrections, bias and speakers of the film's last run; empty for a stage that was off."""
    store = Store(home() / "store")
    glossary = _rows(store, film, "pre_ner", "glossary")
    changed = [
        {"stage": stage, **row}
        for stage in ("existing_subtitles", "post_ner")
        for row in _rows(store, film, stage, "corrections") or ()
    ]
    speakers = _rows(store, film, "naming", "speakers")
    last = store.last(film, "asr")
    if last is None and glossary is None:
        raise FatalError(
            f"{film.name}: no results yet", f"run it first: orchestrator run {typed(film)}", INPUT
        )
    bias = (last[1].facts if last else {}).get("bias") or {}
    clock = _clock(store, film, last[1].ingredients.get("input audio")) if last else None
    again = sorted(
        (
            {
                "start": clock.film(one["start"]) if clock else None,
                "before": one["from"],
                "after": one["to"],
                "applied": name == "changed",
            }
            for name in ("changed", "undone")
            for one in bias.get(name, ())
        ),
        key=lambda row: row["start"] or 0.0,
    )
    return {
        "glossary": glossary or [],
        "bias": bias,
        "heard_again": [{"number": n, "stage": "asr", **row} for n, row in enumerate(again, 1)],
        "corrections": [{"number": n, **row} for n, row in enumerate(changed, len(again) + 1)],
        "speakers": speakers or [],
    }


def _numbered(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every correction that can be undone, by number."""
    return [*found["heard_again"], *found["corrections"]]


def _clock(store: Store, film: Path, heard: str | None) -> FilmClock | None:
    """The film's time for times of the recording with this digest; None if its pieces are gone."""
    last = store.last(film, "untangling")
    if last is None or last[1].outputs["audio"].digest != heard:
        return FilmClock(None)
    pieces = _rows(store, film, "untangling", "pieces")
    return None if pieces is None else FilmClock(pieces)


def _rows(store: Store, film: Path, stage: str, output: str) -> list[dict[str, Any]] | None:
    from ipc.artifacts import read

    last = store.last(film, stage)
    entry = store.find(last[0]) if last else None
    return None if entry is None else list(read(entry.path(output), output).rows())


def _row(word: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The correction with this number, or with these words as `from>to`."""
    if word.isdecimal():
        row = next((row for row in rows if row["number"] == int(word)), None)
        if row is None:
            hint = f"choose a number from 1 to {len(rows)}" if rows else "the last run corrected no name"
            raise FatalError(f"there is no correction {word}", hint, USAGE)
        return row
    before, mark, after = (part.strip() for part in word.partition(">"))
    if not (before and mark and after):
        raise FatalError(f"{word!r} is not a correction", "give its number, or 'FROM>TO' in quotes", USAGE)
    named = (before.casefold(), after.casefold())
    row = next((row for row in rows if (row["before"].casefold(), row["after"].casefold()) == named), None)
    if row is None:
        listed = "; ".join(corrections.pair(row["before"], row["after"]) for row in rows[:8])
        hint = f"choose from: {listed}" if listed else "the last run corrected no name"
        raise FatalError(f"the last run did not correct {before} to {after}", hint, USAGE)
    return row


_NOTES = {
    (True, False): "",
    (True, True): "  (undone from the next run on)",
    (False, True): "  (undone)",
    (False, False): "  (restored from the next run on)",
}
"""Notes by whether the last run made the correction, and whether it is undone now."""


_EVIDENCE = 3
"""Lines of evidence that are shown for each speaker."""


def _show(found: dict[str, Any]) -> None:
    glossary, rows = found["glossary"], found["corrections"]
    if glossary:
        first = ", ".join(row["term"] for row in glossary if row["kind"] != "full")
        terminal.show(
            f"glossary: {fmt.plural(len(glossary), 'term')}: {first[:100]}{'...' if len(first) > 100 else ''}"
        )
    else:
        terminal.show(
            "glossary: none; to add names: --cast FILE, an .nfo file beside the film, or TMDB_API_KEY"
        )
    for row in found["heard_again"]:
        note = _NOTES[row["applied"], row["undone"]]
        pair = f"{row['before']} > {row['after']}"
        terminal.show(f"{row['number']:>3}  {_when(row)}  {pair}  re-transcribed with name hints{note}")
    if not rows:
        terminal.show("corrections: none")
    for row in rows:
        note = _NOTES[row["applied"], row["undone"]]
        evidence = ", ".join(row["evidence"])
        terminal.show(
            f"{row['number']:>3}  {_when(row)}  {row['before']} > {row['after']}  {row['score']:.2f}  "
            f"{evidence}{note}"
        )
    for row in found["speakers"]:
        name = f"{row['name']} ({row['source']}, {row['confidence']:.2f})" if row["name"] else "unknown"
        terminal.show(f"{row['speaker']}: {name}")
        for line in row["evidence"][:_EVIDENCE]:
            terminal.show(f"    {line}")


def _when(row: dict[str, Any]) -> str:
    return fmt.clock(row["start"]) if row["start"] is not None else "?"
