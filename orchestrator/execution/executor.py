"""Carries out the actions of the scheduler's core: processes, the store, the user's files, reports.

Nothing else in the scheduler touches these. The outcome of an action goes back to the core as an event.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from ipc.declaration import Backend
from ipc.protocol import Become, Command, Heartbeat, Shutdown
from ipc.protocol import Event as WorkerEvent
from orchestrator.environments import process_env
from orchestrator.errors import FatalError
from orchestrator.execution import messages, step_events
from orchestrator.execution import worker as workers
from orchestrator.execution.broadcast import Broadcast
from orchestrator.execution.messages import Action, ActionFailed, NotStarted, SchedulerEvent
from orchestrator.execution.recipe import credentials, load_command, visible
from orchestrator.execution.results import Results
from orchestrator.execution.run_command import run_command
from orchestrator.execution.worker import Posts, ProcessEnded
from orchestrator.machine import rooms
from orchestrator.machine.profile import Machine
from orchestrator.planning import memory_limits
from orchestrator.util import machine_errors

_OF_ITS_OWN = {"storage", "env", "auth", "config", "oom_device", "oom_host"}
"""Categories of failures that say what happened: nothing that left the cache explains them."""
_TAIL = 200
"""Lines; long enough to reach the framework's last message, which the stacks of all threads follow."""


class Process(Protocol):
    """The part of `orchestrator.execution.worker.WorkerProcess` that the executor uses; tests pass a fake."""

    log: Path

    def send(self, command: Command) -> None:
        """Send a command."""

    def write_to(self, log: Path) -> None:
        """Expect its output in another log from now on."""

    def stop(self, *, at_once: bool = False) -> None:
        """End the process."""

    def dump_stacks(self) -> None:
        """Write the stacks of its threads to its log."""

    def wait(self, seconds: float) -> bool:
        """Return whether it ended within `seconds`."""

    def tail(self, lines: int = 12) -> str:
        """The last lines of its output."""


Spawn = Callable[[Backend, int, Path, Posts, Mapping[str, str]], Process]


class Executor:
    """Carries out actions. Only the scheduler's loop calls it."""

    def __init__(
        self,
        results: Results,
        broadcast: Broadcast,
        logs: Path,
        posts: Posts,
        spawn: Spawn,
        machine: Machine,
        scratch: Path | None = None,
    ) -> None:
        self._results = results
        self._broadcast = broadcast
        self._logs = logs
        self._posts = posts
        self._spawn = spawn
        self._scratch = {"TMPDIR": str(scratch)} if scratch else {}
        self._machine = machine
        self._processes: dict[int, Process] = {}
        self._log_of: dict[int, Path] = {}
        self._started: dict[str, int] = {}
        self._oom_kills = workers.oom_kills()

    def carry_out(self, action: Action) -> SchedulerEvent | None:
        """Carry out an action; return its outcome as an event, or None if the core needs none."""
        match action:
            case messages.LookUp():
                return self._results.look_up(action.job)
            case messages.Keep():
                return self._results.keep(action.job, action.result)
            case messages.Drop():
                self._results.drop(action.job.id)
            case messages.StartWorker():
                return self._start(action)
            case messages.TakeOver():
                self._take_over(action)
            case messages.Begin():
                return self._begin(action)
            case messages.StopWorker() | messages.Dismiss():
                self._end(action)
            case messages.Learn():
                self._learn(action)
            case messages.ReportFailure() if gone := self._gone(action):
                return gone
            case _:
                self._tell(action)
        return None

    def translate(
        self, process: object, event: WorkerEvent | ProcessEnded, now: float
    ) -> SchedulerEvent | None:
        """The core's event for one that a worker's process posted; None if that process is not listed."""
        number = next((number for number, one in self._processes.items() if one is process), None)
        if number is None:
            return None
        if isinstance(event, ProcessEnded):
            tail = self._processes.pop(number).tail(_TAIL)
            for_memory = False
            if event.status == -signal.SIGKILL:
                kills, before = workers.oom_kills(), self._oom_kills
                self._oom_kills, for_memory = kills, kills > before
            return messages.Exited(number, event.status, tail, for_memory=for_memory, now=now)
        if isinstance(event, Heartbeat):
            around = min(rooms.of_machine(), key=lambda room: room.free / room.of, default=None)
            return messages.Reported(number, event, now, rooms.of_process(event), around)
        return messages.Reported(number, event, now)

    def kill_all(self) -> None:
        """Kill all processes."""
        for process in self._processes.values():
            process.stop(at_once=True)
        for process in self._processes.values():
            process.wait(2.0)

    def _start(self, action: messages.StartWorker) -> SchedulerEvent | None:
        worker, stage = action.worker, action.worker.stage
        log = self._new_log(stage.name)
        recipe = worker.recipe
        try:
            extra = {
                **credentials(recipe.secrets, os.environ),
                **visible(recipe, os.environ),
                **self._scratch,
            }
            process = self._spawn(recipe.backend, recipe.threads, log, self._posts, extra)
        except FatalError as error:
            return NotStarted(worker.number, "env", error.message, error.hint)
        except OSError as error:
            known = machine_errors.explained(error)
            message, hint = (known.message, known.hint) if known else (str(error), "")
            return NotStarted(worker.number, "storage", f"cannot start {stage.name}: {message}", hint)
        self._processes[worker.number] = process
        self._log_of[worker.number] = log
        process.send(load_command(recipe, action.job.choice.model))
        return None

    def _take_over(self, action: messages.TakeOver) -> None:
        worker, recipe = action.worker, action.worker.recipe
        process = self._processes.get(worker.number)
        if process is None:
            return
        log = self._log_of[worker.number] = self._new_log(worker.stage.name)
        process.write_to(log)
        backend = recipe.backend
        variables: Mapping[str, str] = {}
        if action.resized:
            variables = process_env.for_worker(backend.env, backend.device, recipe.threads, os.environ)
        process.send(Become(runner=backend.runner, log=str(log), variables=variables))
        process.send(load_command(recipe, action.job.choice.model))

    def _new_log(self, stage: str) -> Path:
        count = self._started[stage] = self._started.get(stage, 0) + 1
        return self._logs / (f"{stage}.log" if count == 1 else f"{stage}.{count}.log")

    def _begin(self, action: messages.Begin) -> SchedulerEvent | None:
        job = action.job
        if gone := self._results.gone(job):
            return gone
        try:
            attempt = self._results.begin(job)
        except FatalError as error:
            return ActionFailed(job.id, "storage", error.message, error.hint)
        command = run_command(job, self._results.inputs(job), attempt.folder, attempt.draft)
        if job.worker is not None and (process := self._processes.get(job.worker)) is not None:
            process.send(command)
        return None

    def _gone(self, action: messages.ReportFailure) -> messages.Gone | None:
        """Whether the job failed because what it reads or writes left the cache."""
        if action.category in _OF_ITS_OWN:
            return None
        return self._results.gone(action.job, action.message)

    def _end(self, action: messages.StopWorker | messages.Dismiss) -> None:
        process = self._processes.get(action.worker)
        if process is None:
            return
        if isinstance(action, messages.Dismiss):
            process.send(Shutdown())
            return
        if action.dump:
            process.dump_stacks()
        process.stop(at_once=action.at_once)

    def _learn(self, action: messages.Learn) -> None:
        job = action.job
        choice = job.step.choices[action.tries.choice]
        card = next((place.card for place in choice.places if place.device == job.gpu), "")
        memory_limits.learn(
            job.step.stage,
            choice.backend,
            choice.model,
            choice.params,
            self._machine.id,
            card,
            failed=action.failed,
            fitted=action.fitted,
        )

    def _tell(self, action: Action) -> None:
        match action:
            case messages.Assign():
                if action.job.worker in self._processes:
                    self._broadcast.emit(step_events.of_start(action.job))
            case messages.Report():
                if event := step_events.of_event(action.job, action.event, action.load_seconds):
                    self._broadcast.emit(event)
            case messages.ReportFailure():
                log = str(self._log_of.get(action.worker or 0, ""))
                failure = (action.category, action.message, action.hint)
                self._broadcast.emit(step_events.of_failure(action.job, *failure, log))
            case messages.ReportSkip():
                self._broadcast.emit(step_events.of_skip(action.job, action.reason))
            case messages.ReportRetry():
                self._broadcast.emit(step_events.of_retry(action.job, action.reason))
            case messages.ReportFallback():
                self._broadcast.emit(step_events.of_fallback(action.job, action.note))
            case messages.Warn():
                self._broadcast.emit(step_events.of_warning(action.job, action.message))
            case _:
                raise TypeError(f"the executor cannot carry out {type(action).__name__}")
