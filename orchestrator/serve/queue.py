"""The queue of the service: jobs in SQLite, each of which ends exactly once, whatever is killed when.

One process writes it (`orchestrator.serve.service` holds a lock), from several threads. Every change of a
state names the state that it starts from, so a second report of an end changes nothing.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from orchestrator.serve import rows, seen, tables
from orchestrator.serve.job import ENDED, OPEN, STATES, Job, Outcome, Request, State

KILLS = 3
"""How often in a row a job may end the runner."""
KEPT = 2000
"""Ended jobs that the list keeps."""
_AMONG = "state IN (SELECT value FROM json_each(?))"
_AGAIN = (
    "state = 'queued', place = (SELECT max(place) + 1 FROM job), "
    "kills = 0, cancelling = 0, started = NULL, ended = NULL, problem = '{}', outputs = '[]', summary = '{}'"
)


class Queue:
    """The jobs in the database at `path`.

    `changed` gets each job after a change, in the thread that made it.
    """

    def __init__(self, path: Path, changed: Callable[[Job], None] = lambda _: None) -> None:
        self._database = tables.opened(path)
        self._lock = threading.RLock()
        self._changes: list[Job] = []
        self.changed = changed

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def add(self, request: Request) -> tuple[Job, bool]:
        """Add a job; returns it, and whether it is new.

        An open job for the same content and options is returned instead of a second one.
        """
        with self._writing():
            if request.seen:
                seen.mark(self._database, request.film, request.fingerprint, request.seen)
            if (same := self._same(request)) is not None:
                return same, False
            last = self._one("SELECT coalesce(max(place), 0) FROM job")[0]
            job = Job(
                id=secrets.token_hex(6), film=request.film, name=request.name or request.film.name,
                source=request.source, state="queued", place=float(last) + 1, urgent=request.urgent,
                options=request.options, fingerprint=request.fingerprint, upload=request.upload,
                created=time.time(),
            )  # fmt: skip
            self._database.execute(rows.INSERT, rows.values(job))
            self._changes.append(job)
        return job, True

    def find(self, job: str) -> Job | None:
        """The job with this id."""
        found = self._select("WHERE id = ?", (job,))
        return found[0] if found else None

    def jobs(self, states: Sequence[str] = (), limit: int = 1000) -> list[Job]:
        """Jobs: those that are open in the order of their turn, then the ended ones, the latest first."""
        found = [state for state in states if state in STATES] or list(STATES)
        order = "CASE state WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END"
        return self._select(
            f"WHERE {_AMONG} ORDER BY {order}, ended DESC, urgent DESC, place LIMIT ?",
            (json.dumps(found), limit),
        )

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        with self._lock:
            found = self._database.execute("SELECT state, count(*) FROM job GROUP BY state").fetchall()
        return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in found}

    def seen(self, film: Path, fingerprint: str, options: str) -> bool:
        """Whether this content of a film was dealt with, with these options (`orchestrator.serve.seen`)."""
        with self._lock:
            return seen.known(self._database, film, fingerprint, options)

    def open_films(self) -> frozenset[Path]:
        """The films that wait or run."""
        return frozenset(job.film for job in self.jobs(OPEN, limit=-1) if job.upload is None)

    def waiting(self, *, urgent_only: bool = False) -> Iterator[Job]:
        """The queued jobs in the order of their turn."""
        only = "AND urgent = 1" if urgent_only else ""
        yield from self._select(f"WHERE state = 'queued' {only} ORDER BY urgent DESC, place LIMIT 50")

    def start(self, job: str) -> Job | None:
        """Mark a queued job as running; None if it is no longer queued."""
        return self._change(
            job, ("queued",), "state = 'running', attempts = attempts + 1, started = ?", (time.time(),)
        )

    def end(self, job: str, outcome: Outcome) -> Job | None:
        """Mark a running job as ended; None if it is not running any more."""
        return self._change(
            job, ("running",), "state = ?, ended = ?, problem = ?, outputs = ?, summary = ?, cancelling = 0",
            (outcome.state, time.time(), rows.of_json(outcome.problem), rows.of_json(list(outcome.outputs)),
             rows.of_json(outcome.summary)),
            tell=True,
        )  # fmt: skip

    def give_back(self, job: str, *, kills: int) -> Job | None:
        """Put a running job back into its place, because its runner ended.

        After `KILLS` in a row it is set aside.
        One that was asked to stop is cancelled.
        """
        with self._writing():
            found = self.find(job)
            if found is None or found.state != "running":
                return None
            if found.cancelling:
                return self.end(job, Outcome(state="done" if found.enough else "cancelled"))
            if kills >= KILLS:
                problem = {
                    "message": f"it ended the program that runs films {kills} times",
                    "hint": "see its log; then retry it, or remove the film",
                    "status": 1,
                }
                return self.end(job, Outcome(state="set_aside", problem=problem))
            return self._change(job, ("running",), "state = 'queued', kills = ?, started = NULL", (kills,))

    def recover(self) -> list[Job]:
        """Put back what ran when the service ended; returns those jobs."""
        running = self.jobs(["running"])
        return [back for job in running if (back := self.give_back(job.id, kills=job.kills)) is not None]

    def cancel(self, job: str) -> Job | None:
        """Cancel a queued job, or mark a running one; None if it has ended."""
        with self._writing():
            ended = self._change(
                job, ("queued",), "state = 'cancelled', ended = ?", (time.time(),), tell=True
            )
            return ended or self._change(job, ("running",), "cancelling = max(cancelling, 1)", ())

    def suffice(self, job: str) -> Job | None:
        """Let a running job stop, because its client has what it asked for: it will be done."""
        return self._change(job, ("running",), "cancelling = 2", ())

    def retry(self, job: str) -> Job | None:
        """Queue an ended job again, at the end; None if it has not ended."""
        return self._change(job, ENDED, _AGAIN, ())

    def move(self, job: str, before: str | None) -> Job | None:
        """Give a queued job its turn before another one, or last; None if one of them is not queued."""
        with self._writing():
            order = [one.id for one in self._select("WHERE state = 'queued' ORDER BY place")]
            if job not in order or (before is not None and before not in order) or job == before:
                return None
            places = [one.place for one in self._select("WHERE state = 'queued' ORDER BY place")]
            order.remove(job)
            order.insert(order.index(before) if before else len(order), job)
            for name, place in zip(order, places, strict=True):
                self._database.execute("UPDATE job SET place = ? WHERE id = ?", (place, name))
            moved = self.find(job)
            self._changes += [moved] if moved is not None else []
        return moved

    def remove(self, job: str) -> bool:
        """Take an ended job off the list; returns whether it was there."""
        with self._writing():
            query = f"DELETE FROM job WHERE id = ? AND {_AMONG}"  # noqa: S608 - a constant
            if not self._database.execute(query, (job, json.dumps(ENDED))).rowcount:
                return False
            self._database.execute("DELETE FROM message WHERE job = ?", (job,))
            return True

    def forget(self, kept: int = KEPT) -> list[Job]:
        """Take the oldest ended jobs off the list, all but `kept`; returns them."""
        ended = json.dumps(ENDED)
        old = self._select(f"WHERE {_AMONG} ORDER BY ended DESC LIMIT -1 OFFSET ?", (ended, kept))
        return [job for job in old if self.remove(job.id)]

    def untold(self, now: float) -> list[tuple[int, int, Job]]:
        """Ends that are to be told now: the message's number, how often that failed, and the job."""
        with self._lock:
            found = self._database.execute(
                "SELECT message.id, message.attempts, job FROM message JOIN job ON job.id = message.job "
                "WHERE due <= ? ORDER BY message.id LIMIT 20",
                (now,),
            ).fetchall()
        return [(row[0], row[1], job) for row in found if (job := self.find(row[2])) is not None]

    def told(self, message: int) -> None:
        """Note that an end was told."""
        with self._writing():
            self._database.execute("DELETE FROM message WHERE id = ?", (message,))

    def tell_later(self, message: int, due: float) -> None:
        """Note that telling an end failed, and when it is tried again."""
        with self._writing():
            self._database.execute(
                "UPDATE message SET attempts = attempts + 1, due = ? WHERE id = ?", (due, message)
            )

    def state(self, name: str) -> str:
        """What `keep` kept; empty if nothing."""
        with self._lock:
            found = self._database.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def keep(self, name: str, value: str) -> None:
        """Keep a state of the service, which a restart is to find again."""
        with self._writing():
            self._database.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    def together(self) -> AbstractContextManager[None]:
        """Make the changes in this block at once: all of them, or none."""
        return self._writing()

    def _same(self, request: Request) -> Job | None:
        """An open job for the same film, content and options."""
        column, value = (
            ("fingerprint", request.fingerprint) if request.upload else ("film", rows.of_path(request.film))
        )
        found = self._select(
            f"WHERE state IN ('queued', 'running') AND cancelling = 0 AND {column} = ? AND options = ? "
            f"AND upload IS {'NOT ' if request.upload else ''}NULL LIMIT 1",
            (value, rows.of_json(request.options)),
        )
        return found[0] if found else None

    def _change(
        self, job: str, states: Sequence[State], change: str, values: Sequence[Any], *, tell: bool = False
    ) -> Job | None:
        with self._writing():
            query = f"UPDATE job SET {change} WHERE id = ? AND {_AMONG}"  # noqa: S608 - words of this file
            changed = self._database.execute(query, (*values, job, json.dumps(states))).rowcount
            if changed and tell:
                self._database.execute("INSERT INTO message(job, due) VALUES (?, ?)", (job, time.time()))
            found = self.find(job) if changed else None
            if found is not None and tell:
                seen.ended(self._database, found)
            self._changes += [found] if found is not None else []
        return found

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, also where one is inside another; what it changed is reported when it holds."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            self._changes.clear()
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            changes, self._changes = self._changes, []
        for job in changes:
            self.changed(job)

    def _one(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Row:
        row: sqlite3.Row = self._database.execute(query, values).fetchone()
        return row

    def _select(self, rest: str, values: Sequence[Any] = ()) -> list[Job]:
        with self._lock:
            found = self._database.execute(f"SELECT * FROM job {rest}", values).fetchall()  # noqa: S608
        return [rows.job_of(row) for row in found]
