"""Measures the orchestrator's overhead: a chain of stages that do nothing, in milliseconds per stage.

    python benchmarks/orchestrator_overhead.py [--stages 10] [--films 20] [--repeat 5]

`decisions`: simulated workers: plan, scheduler, state, checks, store with its syncs, event log. `warm`:
running processes, in the second half of all steps: the above, pipes, and writing an artifact. `cold`: one
film, with every process started for it, with and without pre-starting. `cached`: a film with all results
cached.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.run_state.events import StepDone
from orchestrator.views.jsonlines import JsonLines
from tests.orchestrator import fakes
from tests.orchestrator import toy_stages as small
from tests.orchestrator.toy_stages import make_plan


class Hooks:
    """Nothing is for the user here."""

    def draft(self, plan: Any, step: Any) -> Path:  # noqa: ARG002
        raise AssertionError

    def place(self, plan: Any, step: Any, draft: Path, digest: str) -> Path:  # noqa: ARG002
        raise AssertionError

    def publish(self, plan: Any, step: Any, entry: Any) -> tuple[()]:  # noqa: ARG002
        return ()


class Ends:
    """Records the end of each step."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __call__(self, event: Any, state: Any) -> None:  # noqa: ARG002
        if isinstance(event, StepDone):
            self.times.append(event.time)


def run(
    folder: Path, stages: dict[str, Any], spawn: Any, films: int, *, prestart: bool = True
) -> tuple[float, Ends]:
    """Seconds of a run over new films, plans included, and when its steps ended."""
    store = small.new_store(folder)
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.txt" for number in range(films)]
    for path in paths:
        path.write_text(path.stem)
    ends = Ends()
    started = time.monotonic()
    log = JsonLines((folder / "events.jsonl").open("w"), owned=True)
    scheduler = Scheduler(
        store,
        logs,
        Hooks(),
        observers=[ends, log],
        limits=Limits(cores=2, memory_mb=100_000),
        prestart=prestart,
        spawn=spawn,
    )
    state = scheduler.run([make_plan(path, store, stages) for path in paths])
    log.close()
    seconds = time.monotonic() - started
    assert all(step.status in {"done", "cached"} for film in state.films for step in film.steps)
    return seconds, ends


def chain(stage: Callable[..., Any], count: int) -> dict[str, Any]:
    """`count` stages, each reading the one before."""
    names = [f"s{number}" for number in range(count)]
    return {name: stage(name, names[i - 1] if i else "film") for i, name in enumerate(names)}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stages", type=int, default=10)
    parser.add_argument("--films", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    count, films = arguments.stages, arguments.films
    fake, real = chain(fakes.stage, count), chain(small.stage, count)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        os.environ["ORCHESTRATOR_HOME"] = name
        run(
            Path(name) / "first", fake, fakes.House().spawn, 1
        )  # what is imported once, is not what a stage costs
        for number in range(arguments.repeat):
            folder = Path(name) / str(number)
            computing = time.process_time()
            seconds, _ = run(folder / "fake", fake, fakes.House().spawn, films)
            computing = time.process_time() - computing
            found.setdefault("decisions, of it computing", []).append(computing / count / films)
            found.setdefault("decisions", []).append(seconds / count / films)
            seconds, _ = run(folder / "ahead", real, small.spawn, 1)
            found.setdefault("cold, started ahead", []).append(seconds / count)
            seconds, _ = run(folder / "late", real, small.spawn, 1, prestart=False)
            found.setdefault("cold, started when needed", []).append(seconds / count)
            _, ends = run(folder / "warm", real, small.spawn, films)
            later = sorted(ends.times)[count * films // 2 :]  # every process is there by then
            found.setdefault("warm", []).append((later[-1] - later[0]) / (len(later) - 1))
            seconds, _ = run(folder / "warm", real, small.spawn, films)
            found.setdefault("cached", []).append(seconds / count / films)
    print(f"{count} stages, {films} films where more than one, median of {arguments.repeat} (least, most)")
    for what, values in found.items():
        figures = [1000 * value for value in (statistics.median(values), min(values), max(values))]
        print("{:<28}{:8.1f} ms a stage ({:.1f}, {:.1f})".format(what, *figures))


if __name__ == "__main__":
    main()
