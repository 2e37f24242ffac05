"""Moves jobs from the queue through the runner and back: one thread, to which everything is a message.

A job that runs is in the queue as `running`; when the runner ends, it goes back into its place. A job that
was running when the runner ended runs alone the next time, so that the one that ends runners is known.
"""

from __future__ import annotations

import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from orchestrator.errors import STORAGE
from orchestrator.serve.job import Job, Outcome
from orchestrator.serve.progress import Progress
from orchestrator.serve.queue import Queue
from orchestrator.serve.runner import Command, Event, Gone, Runner
from orchestrator.util import bug_log, terminal
from orchestrator.util.notices import say

_TICK_S = 1.0
_LONGEST_PAUSE_S = 60.0
"""Between two starts of a runner that ends before it takes a film."""
_OUTCOMES: tuple[Literal["done", "degraded", "failed", "cancelled"], ...] = (
    "done", "degraded", "failed", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How jobs are run. `at_once` films are in the runner, so that its workers never wait for the next.

    The runner ends after `idle_s` without a film. `options` are those of every film; a job's own stand above
    them. `held` returns why no film may be started now (quiet hours, somebody plays), or nothing; films that
    a client waits for are started anyway.
    """

    at_once: int = 2
    idle_s: float = 600.0
    options: Mapping[str, Any]
    held: Callable[[], str] = lambda: ""


class Dispatcher:
    """Runs the jobs of `jobs` by `command`, until `stop`. `heard` gets each event of a job, in its thread."""

    def __init__(
        self,
        jobs: Queue,
        command: Command,
        rules: Rules,
        folder: Path,
        heard: Callable[[str, Mapping[str, Any]], None] = lambda *_: None,
    ) -> None:
        self._jobs, self._command, self._rules, self._folder, self._heard = (
            jobs,
            command,
            rules,
            folder,
            heard,
        )
        self._inbox: queue.SimpleQueue[Event | Gone | Literal["look", "stop"]] = queue.SimpleQueue()
        self._runner: Runner | None = None
        self._running: dict[str, Progress] = {}
        self._unsaved: dict[str, Outcome] = {}
        self._took = self._interrupted = False
        self._idle_since = time.monotonic()
        self._failures, self._not_before = 0, 0.0
        self.trouble = ""
        """Why the runner cannot be started; empty if it can."""
        self.held = ""
        """Why no film is started now; empty if nothing forbids it."""
        self.paused = False
        """Whether the user said that no film is to be started."""
        self._thread = threading.Thread(target=self._work, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Put back what an earlier service left running, and begin."""
        self._jobs.recover()
        self._thread.start()

    def stop(self) -> None:
        """Stop the runner, and put its jobs back into the queue; returns when that is done."""
        self._inbox.put("stop")
        self._thread.join()

    def look(self) -> None:
        """Look at the queue: something in it changed."""
        self._inbox.put("look")

    def progress(self, job: str) -> Progress | None:
        """What is known of a running job."""
        return self._running.get(job)

    def runner(self) -> dict[str, Any]:
        """The state of the runner, for the status."""
        runner = self._runner
        state = "working" if self._running else "idle" if runner else "stopped"
        return {
            "state": "broken" if self.trouble else state,
            "pid": runner.pid if runner else None,
            "since": runner.started if runner else None,
            "trouble": self.trouble,
            "log": str(self._folder / "runner.log"),
        }

    def _work(self) -> None:
        while True:
            try:
                message = self._inbox.get(timeout=_TICK_S)
            except queue.Empty:
                message = "look"
            if message == "stop":
                break
            try:
                self._take(message)
                ended = bool(self._unsaved)
                self._save()
                if ended or not isinstance(message, Event):
                    self._feed()
            except (sqlite3.Error, OSError) as error:  # a full disk: nothing is lost, it is tried again
                self.trouble = f"the queue cannot be written: {error}"
                terminal.tell(f"orchestrator: {self.trouble}")
                time.sleep(_TICK_S)
            except Exception as error:  # a bug: the other jobs go on
                say(bug_log.reported(sys.argv[1:], error))
                time.sleep(_TICK_S)
        self._end()

    def _take(self, message: Event | Gone | str) -> None:
        match message:
            case Event(body=body):
                self._event(body)
            case Gone(status=status):
                self._gone(status)

    def _event(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        self._took = True
        self._failures, self.trouble = 0, ""
        self._interrupted = self._interrupted or kind == "run_interrupted"
        progress = self._of(event)
        if progress is None:
            return
        job = progress.job
        match kind:
            case "film_added":
                progress.added(event)
            case "film_refused":
                problem = {key: event.get(key) or "" for key in ("message", "hint", "status")}
                self._unsaved[job] = Outcome(
                    state="failed" if event.get("status") else "cancelled", problem=problem
                )
            case "film_ended":
                ended = next((one for one in _OUTCOMES if one == event.get("outcome")), None)
                if ended is None or self._cut_short(job, ended):
                    return  # interrupted: its job is not over
                if ended == "cancelled" and (known := self._jobs.find(job)) and known.enough:
                    ended = "done"
                self._unsaved[job] = Outcome(
                    state=ended, outputs=tuple(progress.outputs),
                    problem=progress.failure() if ended == "failed" else {},
                    summary=progress.summary() | {"degraded": progress.degraded()},
                )  # fmt: skip
            case _:
                progress.take(event)
        self._heard(job, event)

    def _cut_short(self, job: str, state: str) -> bool:
        """Whether a film ended only because the runner was told to end: its job is not over."""
        if state == "cancelled":
            found = self._jobs.find(job)
            return found is None or not found.cancelling
        return state == "failed" and self._interrupted

    def _of(self, event: Mapping[str, Any]) -> Progress | None:
        if isinstance(job := event.get("id"), str):
            return self._running.get(job)
        film = event.get("film")
        return next((one for one in self._running.values() if film is not None and one.film == film), None)

    def _save(self) -> None:
        """Write the ends of jobs; those that cannot be written stay, and are tried again."""
        for job, outcome in list(self._unsaved.items()):
            self._jobs.end(job, outcome)
            del self._unsaved[job]
            self._running.pop(job, None)
            self._idle_since = time.monotonic()

    def _gone(self, status: int) -> None:
        self._save()
        runner, self._runner = self._runner, None
        if runner is None:
            return
        blame = False
        if not self._took and not runner.ending:
            self._cannot_start(f"the program that runs films does not start (status {status})", runner)
        elif status == STORAGE:
            self._cannot_start("the program that runs films cannot write", runner)
        else:
            blame = not runner.ending and not self._interrupted
        for job, progress in list(self._running.items()):
            found = self._jobs.find(job)
            kills = found.kills if found else 0
            if blame:
                kills = 1 if progress.progressed else kills + 1
            self._jobs.give_back(job, kills=kills)
            del self._running[job]

    def _cannot_start(self, what: str, runner: Runner) -> None:
        """Wait before the next start: no film is to blame."""
        self._failures += 1
        self._not_before = time.monotonic() + min(2.0**self._failures, _LONGEST_PAUSE_S)
        self.trouble = ": ".join(filter(None, (what, runner.last_words())))
        terminal.tell(f"orchestrator: {self.trouble}; see {runner.log}")

    def _feed(self) -> None:
        for name, progress in self._running.items():
            found = self._jobs.find(name)
            if found is not None and found.cancelling and self._runner is not None and not progress.cancelled:
                progress.cancelled = self._runner.cancel(name)
        self.held = "paused" if self.paused else self._rules.held()
        while (turn := self._next()) is not None:
            if not self._ready():
                return
            assert self._runner is not None  # noqa: S101 - it is ready
            job = self._jobs.start(turn.id)
            if job is None:
                continue
            self._running[job.id] = Progress(job=job.id, alone=job.kills > 0, urgent=job.urgent)
            self._runner.add(job.id, job.film, {**self._rules.options, **job.options})
        idle = not self._running and time.monotonic() - self._idle_since > self._rules.idle_s
        if idle and self._runner is not None and not self._runner.ending:
            self._runner.finish()

    def _next(self) -> Job | None:
        """The job whose turn it is, if one may start now."""
        alone = any(one.alone for one in self._running.values())
        places = self._rules.at_once - len(self._running)
        if alone or places < 0:
            return None
        # A client that waits gets a place beside the films that run, which may take hours.
        first = next(self._jobs.waiting(urgent_only=bool(self.held) or not places), None)
        if places == 0 and any(one.urgent for one in self._running.values()):
            return None
        return None if first is not None and first.kills and self._running else first

    def _ready(self) -> bool:
        """Whether a runner takes films; starts one if it may."""
        if self._runner is not None:
            return not self._runner.ending
        if time.monotonic() < self._not_before:
            return False
        try:
            self._took = self._interrupted = False
            self._runner = Runner(self._command, self._inbox.put, self._folder)
        except BlockingIOError:  # the one of a killed service is still ending
            return False
        self._idle_since = time.monotonic()
        return True

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.stop()
        while self._runner is not None:  # what it still reported counts
            message = self._inbox.get()
            if isinstance(message, Event | Gone):
                self._take(message)
        self._save()
