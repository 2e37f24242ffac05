"""How a library of films is shared out among GPUs: the scheduler's core with a clock of its own.

`python -m benchmarks.several_gpus [--films 64] [--cores 32] [--prestart]` plans the films for the recorded
machine with eight GPUs (tests/data/machines/h200-eight.json), gives the core (`execution.decide`)
1, 2, 4 and 8 of them, and lets each stage take the time that `PACES` says, per second of film. Nothing is
computed and no process starts. Printed: hours until the last film is done, the share of that time in which a
GPU had nothing to do, processes started.

It shows what the scheduler does with the paces, not how fast a GPU is: the paces are round figures.
"""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import random
import tempfile
from pathlib import Path

from ipc import CONTRACT
from ipc.protocol import Hello, Ready, Result, Started
from orchestrator.execution import messages
from orchestrator.execution.decide import decide
from orchestrator.execution.job import Job
from orchestrator.execution.situation import Rules, Situation
from orchestrator.execution.tasks import tasks_of
from orchestrator.machine import profile
from orchestrator.machine.gpus import listed
from orchestrator.machine.limits import Limits
from orchestrator.planning import plan
from orchestrator.storage.store import Store

MACHINE = Path(__file__).parents[1] / "tests" / "data" / "machines" / "h200-eight.json"
PACES = {
    "asr": 0.04, "diarization": 0.015, "pyannote_vad": 0.005, "alignment": 0.02, "shots": 0.02, "demux": 0.01,
    "silero_vad": 0.005, "waveform": 0.002,
}  # fmt: skip
"""Seconds a second of film; other stages take `OTHERS`."""
OTHERS = 0.001
LOAD_S = {"cuda": 15.0, "cpu": 3.0}
"""Seconds in which a process starts and loads its model."""


class Clock:
    """Carries out the core's actions: each takes its time, and ends in the order of time."""

    def __init__(self, situation: Situation, seconds: list[float]) -> None:
        self.situation, self.seconds = situation, seconds
        self.now, self.ends, self.order = 0.0, [], 0
        self.spans: dict[str, list[tuple[float, float]]] = {}
        self.started = 0

    def run(self) -> None:
        self._proceed()
        while not self.situation.over:
            self.now, _, event = heapq.heappop(self.ends)
            self._handle(event)
            if isinstance(event, messages.Reported) and isinstance(event.event, Hello):
                continue
            self._proceed()

    def _proceed(self) -> None:
        before = None
        while self.situation is not before:
            before = self.situation
            self._handle(messages.Proceed(self.now))
            if before.jobs == self.situation.jobs and before.workers == self.situation.workers:
                return

    def _handle(self, event: messages.SchedulerEvent) -> None:
        waiting = [event]
        while waiting:
            self.situation, actions = decide(self.situation, waiting.pop(0))
            waiting += [outcome for action in actions if (outcome := self._carry_out(action))]

    def _carry_out(self, action: messages.Action) -> messages.SchedulerEvent | None:
        match action:
            case messages.LookUp():
                return messages.NotCached(action.job.id, f"key of {action.job.id}")
            case messages.StartWorker() | messages.TakeOver():
                self.started += isinstance(action, messages.StartWorker)
                worker = action.worker
                hello = Hello(
                    runner="r", stage=worker.stage.base, version=worker.stage.version, pid=1, python="3",
                    contract=CONTRACT,
                )  # fmt: skip
                load = LOAD_S[worker.recipe.backend.device]
                self._later(load, messages.Reported(worker.number, hello, self.now))
                self._later(load, messages.Reported(worker.number, Ready(seconds=load), self.now))
            case messages.Begin():
                self._begin(action.job)
            case messages.StopWorker() | messages.Dismiss():
                self._later(1.0, messages.Exited(action.worker, 0, "", False, self.now))
            case messages.Keep():
                return messages.Ended(action.job.id, action.job.key)
            case messages.ReportFailure() | messages.ReportSkip():
                raise SystemExit(f"a stage did not succeed: {action}")
        return None

    def _begin(self, job: Job) -> None:
        seconds = self.seconds[job.film] * PACES.get(job.step.stage.base, OTHERS)
        self.spans.setdefault(job.device, []).append((self.now, self.now + seconds))
        self._later(0.0, messages.Reported(job.worker or 0, Started(job="j"), self.now))
        result = Result(job="j", seconds=seconds, method="m", degraded=(), facts={})
        self._later(seconds, messages.Reported(job.worker or 0, result, self.now + seconds))

    def busy(self, device: str) -> float:
        """Seconds in which at least one stage was at work on a device."""
        seconds = until = 0.0
        for begin, end in sorted(self.spans.get(device, [])):
            seconds += max(0.0, end - max(begin, until))
            until = max(until, end)
        return seconds

    def _later(self, seconds: float, event: messages.SchedulerEvent) -> None:
        self.order += 1
        heapq.heappush(self.ends, (self.now + seconds, self.order, event))


def simulate(gpus: int, films: int, cores: int, *, prestart: bool) -> Clock:
    """Run films of a library's lengths on a machine with so many GPUs."""
    machine = profile.recorded(MACHINE).with_only(range(gpus))
    lengths = random.Random(7)
    seconds = [lengths.choice((2500.0, 2700.0, 5400.0, 6600.0, 8100.0)) for _ in range(films)]
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mkv"
        film.write_text("no film")
        wanted = {"": listed(range(gpus)) if gpus else "cpu"}
        made = plan.make(
            film, store=Store(Path(folder) / "store"), destination=Path(folder) / "out.mkv", machine=machine,
            devices=wanted, offline=True, off={"tmdb": "simulation", "mux": "simulation"},
        )  # fmt: skip
    plans = [dataclasses.replace(made, film_digest=str(number)) for number in range(films)]
    jobs = {
        task.id: Job(task=task) for film, plan in enumerate(plans) for task in tasks_of(film, plan, cores)
    }
    rules = Rules(
        limits=Limits(cores=cores, memory_mb=machine.memory_mb),
        accelerator_mb=lambda env, device: machine.answer(env, device).memory_mb,
        prestart=prestart,
    )
    clock = Clock(Situation(rules=rules, jobs=jobs, open=tuple(jobs)), seconds)
    clock.run()
    return clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=64)
    parser.add_argument("--cores", type=int, default=32)
    parser.add_argument("--prestart", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    print(f"{arguments.films} films, {arguments.cores} cores")
    print("GPUs  hours  of one GPU's  idle  processes")
    first = 0.0
    for gpus in (1, 2, 4, 8):
        clock = simulate(gpus, arguments.films, arguments.cores, prestart=arguments.prestart)
        first = first or clock.now
        work = sum(clock.busy(device) for device in clock.spans if device.startswith("cuda"))
        idle = 1 - work / (gpus * clock.now)
        print(f"{gpus:4}  {clock.now / 3600:5.2f}  {clock.now / first:12.0%}  {idle:4.0%}  {clock.started:9}")


if __name__ == "__main__":
    main()
