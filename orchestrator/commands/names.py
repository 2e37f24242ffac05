"""`orchestrator names`: the names of a film as its last run has them, and corrections taken back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, OK, USAGE, FatalError
from orchestrator.library import corrections
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of, typed
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "names",
        help="a film's names: what was corrected and why, who speaks; take corrections back",
        description="Show the names that the film's last run expected, those it set right, with the evidence, and who the voices "
        "are. A correction that is taken back holds for every such word of the film, from the next run on.",
    )
    parser.add_argument("film", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--undo", metavar="N|'FROM>TO'", action="append", help="leave it as it was heard (N: its number here)"
    )
    what.add_argument("--redo", metavar="N|'FROM>TO'", action="append", help="correct it again")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show, or take back; returns the exit status."""
    film = film_of(arguments.film)
    digest = file_digests.file_digest(film)
    found = _last_run(film)
    if arguments.undo or arguments.redo:
        rows = [_row(word, _numbered(found)) for word in arguments.undo or arguments.redo]
        pairs = [corrections.pair(row["before"], row["after"]) for row in rows]
        for row, one in zip(rows, pairs, strict=True):
            if arguments.undo:
                corrections.undo(digest, [one], row["stage"])
        if arguments.redo:
            corrections.redo(digest, pairs)
        for one in pairs:
            done = "is left as it was heard" if arguments.undo else "is corrected again"
            print(
                f"{one.replace('>', ' > ')} {done} from the next run on: orchestrator run {typed(arguments.film)}"
            )
        return OK
    for row in _numbered(found):
        taken = {one.casefold() for one in corrections.undone(digest, row["stage"])}
        row["undone"] = corrections.pair(row["before"], row["after"]).casefold() in taken
    if arguments.json:
        print(json.dumps({"film": str(film), **found}, ensure_ascii=False, indent=2))
        return OK
    _show(found)
    return OK


def _last_run(film: Path) -> dict[str, Any]:
    """What the store holds of the film's last run: glossary, corrections, bias and voices; empty where a stage was off."""
    store = Store(home() / "store")
    glossary = _rows(store, film, "pre_ner", "glossary")
    changed = _rows(store, film, "post_ner", "corrections")
    speakers = _rows(store, film, "naming", "speakers")
    last = store.last(film, "asr")
    if last is None and glossary is None:
        raise FatalError(f"{film.name} has not been run yet", f"orchestrator run {typed(film)}", INPUT)
    bias = (last[1].facts if last else {}).get("bias") or {}
    again = sorted(
        (
            {"start": one["start"], "before": one["from"], "after": one["to"], "applied": name == "changed"}
            for name in ("changed", "undone")
            for one in bias.get(name, ())
        ),
        key=lambda row: float(row["start"]),
    )
    return {
        "glossary": glossary or [],
        "bias": bias,
        "heard_again": [{"number": n, "stage": "asr", **row} for n, row in enumerate(again, 1)],
        "corrections": [
            {"number": n, "stage": "post_ner", **row} for n, row in enumerate(changed or (), len(again) + 1)
        ],
        "speakers": speakers or [],
    }


def _numbered(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Every change of a name that can be taken back, in the order of its number."""
    return [*found["heard_again"], *found["corrections"]]


def _rows(store: Store, film: Path, stage: str, output: str) -> list[dict[str, Any]] | None:
    from ipc.artifacts import read

    last = store.last(film, stage)
    entry = store.find(last[0]) if last else None
    return None if entry is None else list(read(entry.path(output), output).rows())


def _row(word: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The change that a number of the list, or `from>to`, means."""
    if word.isdecimal():
        row = next((row for row in rows if row["number"] == int(word)), None)
        if row is None:
            there = f"there are {fmt.plural(len(rows), 'correction')}" if rows else "nothing was corrected"
            raise FatalError(f"there is no correction {word}", there, USAGE)
        return row
    before, mark, after = (part.strip() for part in word.partition(">"))
    if not (before and mark and after):
        raise FatalError(f"{word!r} is no correction", "a number of the list, or 'from>to' in quotes", USAGE)
    named = (before.casefold(), after.casefold())
    found = next((row for row in rows if (row["before"].casefold(), row["after"].casefold()) == named), None)
    if found is None:
        told = "; ".join(corrections.pair(row["before"], row["after"]) for row in rows[:8])
        raise FatalError(
            f"the last run changed no {before} to {after}", f"it changed: {told or 'nothing'}", USAGE
        )
    return found


_NOTES = {
    (True, False): "",
    (True, True): "  (left as it was heard from the next run on)",
    (False, True): "  (undone)",
    (False, False): "  (corrected again from the next run on)",
}
"""By whether it was made in the last run, and whether it is taken back now."""


_EVIDENCE = 3
"""Lines of evidence that are shown of each voice."""


def _show(found: dict[str, Any]) -> None:
    glossary, rows = found["glossary"], found["corrections"]
    if glossary:
        first = ", ".join(row["term"] for row in glossary if row["kind"] != "full")
        print(
            f"glossary: {fmt.plural(len(glossary), 'term')}: {first[:100]}{'...' if len(first) > 100 else ''}"
        )
    else:
        print("glossary: none (no cast is known: --cast FILE, an .nfo beside the film, or TMDB_API_KEY)")
    for row in found["heard_again"]:
        note = _NOTES[row["applied"], row["undone"]]
        print(
            f"{row['number']:>3}  {fmt.clock(row['start'])}  {row['before']} > {row['after']}  heard again with the glossary's names{note}"
        )
    if not rows:
        print("corrections: none")
    for row in rows:
        when = fmt.clock(row["start"]) if row["start"] is not None else "?"
        note = _NOTES[row["applied"], row["undone"]]
        evidence = ", ".join(row["evidence"])
        print(
            f"{row['number']:>3}  {when}  {row['before']} > {row['after']}  {row['score']:.2f}  {evidence}{note}"
        )
    for row in found["speakers"]:
        name = f"{row['name']} ({row['source']}, {row['confidence']:.2f})" if row["name"] else "nobody knows"
        print(f"{row['speaker']}: {name}")
        for line in row["evidence"][:_EVIDENCE]:
            print(f"    {line}")
