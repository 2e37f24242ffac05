"""An orchestrator for the tests that kill it.

`python -m tests.orchestrator.killed FOLDER` runs small stages over FOLDER/film.txt. Two stages read the film
side by side, one of them slow to load, one with a child process; a third joins them, a fourth ends it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from tests.orchestrator import toy_stages as small
from tests.orchestrator.toy_stages import declared, make_plan, stage


class Files:
    """Writes the last stage's rows beside the film."""

    def draft(self, plan, step):
        raise AssertionError("no external outputs here")

    def place(self, plan, step, draft, digest):
        raise AssertionError("no external outputs here")

    def publish(self, plan, step, entry):
        if step.name == "d":
            plan.film.with_suffix(".parquet").write_bytes(entry.path("turns").read_bytes())
        return ()


def main(folder: Path) -> int:
    store = small.new_store(folder)
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    stages = declared(
        stage("a", "film", what="child", seconds=0.3),
        stage("b", "film", slow_load=0.3, seconds=0.3),
        stage("c", "a", "b", seconds=0.3),
        stage("d", "c"),
    )
    film = folder / "film.txt"
    scheduler = Scheduler(store, logs, Files(), limits=Limits(cores=2, memory_mb=4000), spawn=small.spawn)
    state = scheduler.run([make_plan(film, store, stages)])
    return 130 if state.interrupted else int(any(s.status == "failed" for s in state.films[0].steps))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
