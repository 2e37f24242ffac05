"""Manages the folders of runs, which keep what happened in each.

`home()/runs/<time>-<film>/` holds `events.jsonl` (every event), `logs/` (the output of each stage's process)
and `run.json` (the summary, see `orchestrator.run_state.run_json`). A run holds a lease on its folder while
it lives (`orchestrator.util.leases`): if that is dead and there is no summary, the run was killed, and
`prune` never removes a living one. The lease, in the file `lock`, lists the run's films, so that another run
of the same film can report it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ipc.parsing import json_of
from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import home
from orchestrator.run_state import stored_summary
from orchestrator.util import leases, locks, own_files
from orchestrator.util import text as fmt
from orchestrator.util.own_files import DamagedFileError
from orchestrator.util.storage_errors import storage_errors

KEEP = 50
"""Number of runs that are kept; older ones are removed when a new one starts."""

_DAY = 86400.0
_SAYS = {
    "step_log": "message",
    "step_retried": "reason",
    "step_fell_back": "note",
    "step_skipped": "reason",
}
Outcome = Literal["done", "degraded", "failed", "interrupted", "running", "killed", "damaged"]


@dataclass(frozen=True)
class Run:
    """A past or present run, by its folder."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, which users type (or its beginning)."""
        return self.path.name

    @property
    def events(self) -> Path:
        """Every event of the run, one JSON line each."""
        return self.path / "events.jsonl"

    @property
    def logs(self) -> Path:
        """The folder with the output of the stages' processes."""
        return self.path / "logs"

    @property
    def scratch(self) -> Path:
        """The folder for temporary files of the stages, removed when the run ends.

        It is on the disk of the store. TMPDIR may name a small disk, or none.
        """
        return self.path / "tmp"

    @property
    def report(self) -> Path:
        """The summary, written when the run ends, also if it fails."""
        return self.path / "run.json"

    def summary(self, *, quiet: bool = False) -> Mapping[str, Any] | None:
        """The content of `run.json`; None if it is missing (yet) or damaged, which is reported once.

        `quiet` is for what does not depend on this run: else every run would report the same old file.
        """
        try:
            return stored_summary.read(self.report)
        except DamagedFileError as error:
            if not quiet:
                own_files.report(self.report, error, then="the run's files and results are not affected")
            return None

    def outcome(self) -> Outcome:
        """How the run ended, `running`, `killed` if it ended without a summary, or `damaged`."""
        summary = self.summary()
        if summary is None:
            if self._alive():
                return "running"
            return "damaged" if os.path.lexists(self.report) else "killed"
        outcome: Outcome = summary.get("outcome", "killed")
        return outcome

    def films(self) -> Mapping[str, str]:
        """The films of the run: path by digest; empty if they were not recorded."""
        with contextlib.suppress(DamagedFileError):
            content = own_files.read_json(self.path / "lock")
            films = content.get("films", content) if isinstance(content, dict) else None
            if isinstance(films, dict):
                return {str(digest): str(film) for digest, film in films.items()}
        return {}

    def began(self) -> str:
        """When it started, ISO 8601, from the folder's name; empty if that has another form."""
        try:
            return dt.datetime.strptime(self.id[:15], "%Y%m%d-%H%M%S").astimezone().isoformat()
        except ValueError:
            return ""

    def add_film(self, digest: str, film: str) -> None:
        """Record another film of the run."""
        content = json.dumps({**self.films(), digest: film}).encode()
        # In place: the lock is on this file. Whoever reads it half written sees no films.
        with (self.path / "lock").open("r+b") as lock:
            lock.write(content)
            lock.truncate()

    def beside(self) -> Iterator[tuple[str, Run]]:
        """The films of this run that another living run processes too, with that run."""
        own = self.films()
        for other in past(self.path.parent):
            if other.path != self.path and not os.path.lexists(other.report) and other._alive():
                yield from ((own[digest], other) for digest in other.films() if digest in own)

    def log_files(self, stage: str | None = None) -> list[Path]:
        """The log files of the run, or of one stage, by name.

        For a stage, these are the files under `logs/` whose name, or whose folder's name, begins with the
        stage's.
        """
        if not self.logs.is_dir():
            return []
        files = sorted(path for path in self.logs.rglob("*") if path.is_file())
        if stage is None:
            return files
        begins = re.compile(rf"{re.escape(stage)}(?![a-z0-9_])")
        return [p for p in files if any(begins.match(part) for part in p.relative_to(self.logs).parts)]

    def said(self, stage: str | None = None) -> Iterator[str]:
        """The messages of the stages (or of one), one line each, with the seconds since the start."""
        if not self.events.is_file():
            return
        began: float | None = None
        with self.events.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    event = json_of(line)
                    now, kind = float(event["time"]), event["event"]
                    step = event.get("step", "")
                # The incomplete last line of a killed run, or a damaged one.
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue
                began = now if began is None else began
                if kind in _SAYS and stage in {None, step}:
                    text = fmt.plain(str(event.get(_SAYS[kind], "")))
                    yield f"[{now - began:8.1f} s] {step}: {text}"

    def may_go(self) -> bool:
        """Return whether nobody can be writing here any more.

        A machine that shares this folder and is silent may be asleep: it has a day.
        """
        lease = self.path / "lock"
        if os.path.lexists(self.report) or not self._has_owner():
            return not locks.is_held(lease)
        state = leases.look(lease)
        if state == "silent":
            with contextlib.suppress(OSError):
                return time.time() - lease.stat().st_mtime > _DAY
        return state == "dead"

    def _alive(self) -> bool:
        lease = self.path / "lock"
        # Versions before December 2026 lock the file, and name no owner in it.
        return locks.is_held(lease) or (self._has_owner() and leases.look(lease) == "alive")

    def _has_owner(self) -> bool:
        found = leases.read(self.path / "lock")
        return found is not None and bool(found[0].host)


@contextlib.contextmanager
def new(
    name: str, *, films: Mapping[str, str] | None = None, root: Path | None = None, keep: int = KEEP
) -> Iterator[Run]:
    """Make a new run's folder, locked until the block ends; remove older runs beyond `keep` first.

    `name` is the film's name, and `films` are all films, path by digest. Raises `FatalError` (storage) if the
    folder cannot be made.
    """
    base = root or runs_root()
    with contextlib.ExitStack() as held:
        with storage_errors(
            f"cannot write the run's log to {base}", "set ORCHESTRATOR_HOME to another folder"
        ):
            own_files.make_folder(base, below=base.parent)
            prune(keep=keep - 1, root=base)
            for run in past(base):
                if run.scratch.exists() and run.outcome() == "killed" and run.may_go():
                    shutil.rmtree(run.scratch, ignore_errors=True)
            run = Run(_make(base, name))
            lease = leases.Lease(run.path / "lock", {"films": films or {}})
            held.callback(lease.release, left=json.dumps(films or {}).encode())
            run.logs.mkdir()
            held.callback(shutil.rmtree, run.scratch, ignore_errors=True)
            run.scratch.mkdir()
        yield run


def past(root: Path | None = None) -> list[Run]:
    """All runs, the newest first."""
    base = root or runs_root()
    if not base.is_dir():
        return []
    return [Run(path) for path in sorted(base.iterdir(), reverse=True) if (path / "lock").exists()]


def films_by_key(root: Path | None = None) -> dict[str, str]:
    """The film of each result that the past runs made or used, by the result's key; the newest run counts."""
    found: dict[str, str] = {}
    for run in past(root):
        for film in (run.summary(quiet=True) or {}).get("films", ()):
            for step in film.get("stages", ()):
                if step.get("key"):
                    found.setdefault(step["key"], film["path"])
    return found


def find(asked: str, root: Path | None = None) -> Run:
    """The run with the id `asked`, or a unique part of it; `last` is the newest. `FatalError` otherwise."""
    runs = past(root)
    if not runs:
        raise FatalError("there are no runs yet", "start one: orchestrator run movie.mp4", USAGE)
    if asked == "last":
        return runs[0]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [run for run in runs if fits(run.id, asked)]
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(run.id for run in found[:3]) + (", ..." if len(found) > 3 else "")
            raise FatalError(f"{asked!r} matches {len(found)} runs: {shown}", "type more of the id", USAGE)
    raise FatalError(f"no run matches {asked!r}", "list them: orchestrator runs ls", USAGE)


def prune(*, keep: int = KEEP, root: Path | None = None) -> list[Run]:
    """Remove the oldest runs until at most `keep` are left, but none that is running. Returns the removed."""
    old = past(root)[max(0, keep) :]
    return [run for run in old if run.outcome() != "running" and run.may_go() and own_files.clear(run.path)]


def runs_root() -> Path:
    """The folder that holds all runs."""
    return home() / "runs"


def _make(base: Path, name: str) -> Path:
    stamp = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    slug = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40] or "film"
    number = 1
    while True:
        path = base / (f"{stamp}-{slug}" if number == 1 else f"{stamp}-{slug}.{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG and slug != "film":
                slug = "film"
                continue
            raise
        return path
