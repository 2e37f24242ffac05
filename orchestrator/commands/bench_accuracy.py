"""`orchestrator bench --accuracy`: scores a folder of recordings."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import hashlib
from pathlib import Path

from orchestrator import __version__
from orchestrator.bench import accuracy, references, results, scores, showing
from orchestrator.bench.accuracy import Accuracy
from orchestrator.commands import bench_options
from orchestrator.errors import FAILED, INTERRUPTED, OK, FatalError
from orchestrator.paths import checkout, home
from orchestrator.runs import score as scoring
from orchestrator.surroundings import current_folder
from orchestrator.util import git_commit, scratch, terminal
from orchestrator.util.notices import notice


def run(arguments: argparse.Namespace, limit: float | None) -> int:
    """Run and score the recordings, and show the change since before; returns the exit status.

    `limit` is the share by which all recordings together may get worse; None if any may.
    """
    folder = current_folder.absolute(arguments.accuracy)
    cases = references.cases(folder)
    last = home() / "bench" / f"accuracy-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}.json"
    before = _before(arguments.compare, last)
    scoring.ready()
    options = bench_options.of_run(arguments)
    with scratch.folder() as out:
        done, interrupted = accuracy.measure(cases, options, out, terminal.tell)
    now = Accuracy(
        folder=str(folder),
        date=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        version=__version__,
        commit=git_commit.of(checkout()),
        options=options,
        recordings=tuple(done),
        interrupted=interrupted,
    )
    if not interrupted and any(not one.error for one in done):  # what the next one is compared with
        results.write(last, now)
    if arguments.output:
        results.write(current_folder.absolute(arguments.output), now)
    if arguments.json:
        terminal.show_json(dataclasses.asdict(now))
    else:
        showing.show([scores.table(now, before)], scores.remarks(now, before))
    if interrupted:
        return INTERRUPTED
    worse = list(scores.worse(now, before, limit)) if before and limit is not None else []
    for line in worse:
        terminal.tell(f"worse: {line}")
    return FAILED if worse or all(one.error for one in done) else OK


def _before(chosen: Path | None, last: Path) -> Accuracy | None:
    """The results to compare with: those of `--compare`, or the last ones of this folder."""
    if chosen is not None:
        return accuracy.read(current_folder.absolute(chosen))
    try:
        return accuracy.read(last) if last.exists() else None
    except FatalError as error:
        notice(f"{error.message}; it will be replaced")
        return None
