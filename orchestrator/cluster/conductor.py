"""A run on many machines: what follows from each message, and the loop that waits for them.

It hands out the films (`orchestrator.cluster.dealing`), refuses machines whose results would differ
(`orchestrator.cluster.facts`), and makes one state of the events of all (`orchestrator.cluster.relay`). The
work is done elsewhere, and every result is in a store; so this process may die, and the same command goes on.
"""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.cluster import dealing as deals
from orchestrator.cluster import earlier as earlier_runs
from orchestrator.cluster import judgement, written
from orchestrator.cluster.aside import events_of_aside
from orchestrator.cluster.earlier import Earlier
from orchestrator.cluster.facts import Difference, Facts
from orchestrator.cluster.messages import (
    Accept,
    Connected,
    End,
    Failed,
    Install,
    Installed,
    Joined,
    Left,
    Lines,
    Message,
    Ready,
    Refuse,
    Send,
)  # fmt: skip
from orchestrator.cluster.relay import Relay
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.execution.broadcast import Broadcast
from orchestrator.execution.signals import Interrupt
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state import events, states
from orchestrator.run_state.machine_events import FilmsWaiting, MachineJoined, MachineLeft, MachineRefused

_WAIT_S = 1.0
NOBODY_S = 60.0
"""Seconds without a worker, after a machine was refused, until the run gives up."""
NOBODY_AT_ALL_S = 600.0
"""Seconds without any machine: an autoscaler may need minutes to start one."""
_GOODBYE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A film to do: its id, its path on every machine, and its weight for the order."""

    id: str
    path: Path
    weight: float


@dataclass(kw_only=True)
class Conductor:
    """The films and workers of a run.

    `send` passes a message to Ray's side, and `inbox` has what comes from it.
    """

    films: Sequence[Wanted]
    ours: Facts
    send: Callable[[Message], None]
    broadcast: Broadcast
    logs: Path
    install: bool = False
    clock: Callable[[], float] = time.monotonic
    inbox: queue.SimpleQueue[Message | None] = field(default_factory=queue.SimpleQueue)
    earlier: Earlier = earlier_runs.NOTHING
    """What a run of the same command got done before it died."""
    ledger: Ledger = field(default_factory=Ledger)
    folder: Path | None = None
    """Where the files go; None for beside the film."""
    refused: dict[Path, FatalError] = field(default_factory=dict)
    """The films that could not be planned, or were set aside before they were."""

    def __post_init__(self) -> None:
        self._films = {film.id: film for film in self.films}
        self._dealing = deals.begin(
            deals.Film(id=film.id, weight=film.weight, crashes=self.earlier.crashes.get(film.path, 0))
            for film in self.films
            if film.path not in self.earlier.done
        )
        self._relay = Relay()
        self._machines: dict[str, str] = {}
        self._resources: dict[str, Mapping[str, float]] = {}
        self._tried: set[str] = set()
        self._refusals: list[Difference] = []
        self._alone_since = self.clock()
        self._logs: dict[str, Path] = {}
        self._fatal: FatalError | None = None

    def run(self) -> states.RunState:
        """Do the films; returns the last state. Raises `FatalError` if no machine can do them."""
        self.broadcast.emit(events.RunStarted(time=time.time(), films=()))
        for film in self.films:
            self._tell_again(film)
        self._tell_waiting()
        with Interrupt(lambda: self.inbox.put(None)) as interrupt:
            while not self._dealing.over and self._fatal is None:
                if interrupt.count or self.broadcast.lost_output:
                    why = interrupt.name or "standard output"
                    self.broadcast.emit(events.RunInterrupted(time=time.time(), signal=why))
                    break
                self._wait(_WAIT_S)
                self._check_that_somebody_works()
            else:
                self._say_goodbye(interrupt)
        self.send(End())
        if self._fatal is not None:
            raise self._fatal
        return self.broadcast.state

    def handle(self, message: Message) -> None:
        """Do what follows from a message."""
        match message:
            case Connected() if not message.machines:
                pass
            case Joined():
                self._machines[message.worker] = message.machine
                self._resources[message.machine] = message.resources
                self._judge(message.worker, message.facts)
            case Installed():
                self._tried.add(self._machines[message.worker])
                self._judge(message.worker, message.facts, message.why)
            case Ready():
                machine = self._machines[message.worker]
                self._dealing = deals.join(self._dealing, message.worker, machine)
                self.broadcast.emit(
                    MachineJoined(time=time.time(), machine=machine, resources=self._resources[machine])
                )
                self._deal()
            case Lines():
                for line in message.lines:
                    self._pass_on(message.worker, line)
            case Left():
                self._leave(message)
            case Failed():
                self._fatal = FatalError(message.why, message.hint, ENVIRONMENT)

    def _tell_again(self, film: Wanted) -> None:
        """The events of a film that an earlier run has finished."""
        told = self.earlier.done.get(film.path, ())
        if told:
            number = self._relay.number_of[film.id] = len(self._relay.number_of)
            for event in earlier_runs.renumbered(told, number, film.id):
                self.broadcast.emit(event)

    def _wait(self, seconds: float) -> None:
        try:
            message = self.inbox.get(timeout=seconds)
        except queue.Empty:
            return
        if message is not None:
            self.handle(message)

    def _judge(self, worker: str, printed: str, failure: str = "") -> None:
        """Take the worker, or refuse its machine with a sentence that says what to do there."""
        machine = self._machines[worker]
        found = judgement.difference(self.ours, printed)
        if found is None and self._dealing.is_bad(machine):
            found = Difference(
                message=f"its workers died {deals.BAD_STARTS} times, whatever they worked on",
                hint="see the logs of its workers in the run's folder",
            )
        if found is None:
            self.send(Accept(worker=worker))
        elif found.installing and self.install and machine not in self._tried:
            self.send(Install(worker=worker))
        else:
            self._refuse(machine, found, f"./install.sh failed there: {failure}" if failure else "")
            self.send(Refuse(worker=worker))
            del self._machines[worker]

    def _refuse(self, machine: str, found: Difference, more: str = "") -> None:
        self._refusals.append(found)
        message = f"{found.message}; {more}" if more else found.message
        self.broadcast.emit(
            MachineRefused(time=time.time(), machine=machine, message=message, hint=found.hint)
        )

    def _deal(self) -> None:
        self._dealing, dealt = deals.deal(self._dealing)
        for worker, film in dealt:
            path = self._films[film.id].path
            there = list(written.beside(path, self.folder or path.parent, self.ledger))
            line = {"film": str(path), "id": film.id, **({"written": there} if there else {})}
            self.send(Send(worker=worker, line=json.dumps(line)))
        if dealt:
            self._tell_waiting()

    def _tell_waiting(self) -> None:
        self.broadcast.emit(FilmsWaiting(time=time.time(), count=len(self._dealing.waiting)))

    def _pass_on(self, worker: str, line: str) -> None:
        for event in self._relay.events(worker, self._machines[worker], line):
            self.broadcast.emit(event)
            if isinstance(event, events.FilmRefused):
                path = self._films[event.id].path
                self.refused[path] = FatalError(event.message, event.hint, event.status)
            if isinstance(event, events.FilmEnded | events.FilmRefused):
                self._dealing = deals.end(self._dealing, worker, event.id)
                self._deal()

    def _leave(self, message: Left) -> None:
        """A worker is gone. A program that says that it ends (its disk is full) accuses its machine only."""
        worker = message.worker
        machine = self._machines.pop(worker, "")
        holder = self._dealing.workers.get(worker)
        last = self._relay.end_of(worker)
        self._relay.forget(worker)
        log = self._keep_log(worker, machine, message)
        if message.never_joined:
            self._refuse(message.never_joined, judgement.UNABLE, message.why)
        if not machine:
            return
        if holder is None and not message.lost:
            self._dealing = deals.blame(self._dealing, machine)
        if last is not None and "error" in last and last.get("exit_status") == USAGE:
            self._fatal = FatalError(last["error"]["message"], last["error"]["hint"], USAGE)
        in_hand = [film.id for film in holder.films] if holder else []
        blamed = not message.lost and last is None
        self._dealing, aside = deals.leave(self._dealing, worker, films=blamed, machine=not message.lost)
        numbers = tuple(self._relay.number_of[film] for film in in_hand if film in self._relay.number_of)
        if not (message.status == 0 and self._dealing.over):  # it ended because there are no more films
            left = MachineLeft(
                time=time.time(), machine=machine, reason=message.why, films=numbers, blamed=blamed
            )
            self.broadcast.emit(left)
        self._logs.update(dict.fromkeys(in_hand, log))
        for film in aside:
            self._set_aside(film)
        self._alone_since = self.clock()
        self._deal()

    def _set_aside(self, film: deals.Film) -> None:
        number = self._relay.number_of.get(film.id)
        path = self._films[film.id].path
        for event in events_of_aside(
            film, path, number, self.broadcast.state, log=self._logs[film.id], now=time.time()
        ):
            self.broadcast.emit(event)
            if isinstance(event, events.FilmRefused):
                self.refused[path] = FatalError(event.message, event.hint, event.status)

    def _keep_log(self, worker: str, machine: str, message: Left) -> Path:
        path = self.logs / f"worker-{worker}.log"
        if message.log or message.why:
            path.write_text(f"{machine}: {message.why}\n{message.log}", encoding="utf-8", errors="replace")
        return path

    def _check_that_somebody_works(self) -> None:
        if self._dealing.workers:
            self._alone_since = self.clock()
        alone = self.clock() - self._alone_since
        if self._refusals and not self._machines and alone > NOBODY_S:
            last = self._refusals[-1]
            raise FatalError(
                f"no machine can take part; of the last one: {last.message}", last.hint, ENVIRONMENT
            )
        if alone > NOBODY_AT_ALL_S and not self._machines:
            raise FatalError(
                f"no machine joined within {NOBODY_AT_ALL_S / 60:.0f} minutes",
                "start Ray on the machines (docs/cluster.md), with at least one CPU each",
                ENVIRONMENT,
            )

    def _say_goodbye(self, interrupt: Interrupt) -> None:
        """Let the workers' programs end: they write their summaries, and trim their caches."""
        for worker in self._dealing.workers:
            self.send(Send(worker=worker, line=""))
        until = self.clock() + _GOODBYE_S
        while self._dealing.workers and self.clock() < until and not interrupt.count and not self._fatal:
            self._wait(_WAIT_S)
