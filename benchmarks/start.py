"""Measures what a short film costs: CPU seconds of each process of `orchestrator demo`, from an empty store.

    python benchmarks/start.py [--other CHECKOUT] [--pairs 3]

With `--other`, runs of this checkout and of another one alternate, and the ratio of each pair is shown. The
environments of both have to be installed. Linux: the processes are read from /proc every 30 ms, so a process
that ends between two looks loses what it did since the first.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchestrator.paths import home  # noqa: E402

LOOK = 0.03
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Seconds of a run, and CPU seconds by process id; `names` are the runners that a process began as."""

    wall: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.cpu.values())

    def look(self, pid: int) -> None:
        """Read the CPU time of a process and its descendants."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            children = [int(c) for task in tasks for c in (task / "children").read_text().split()]
        except (OSError, ValueError):
            return
        self.cpu[pid] = (int(numbers[11]) + int(numbers[12])) / TICK
        if words != [""]:  # a process that has ended has no command line
            runner = words[4] if words[2:4] == ["-m", "ipc.child"] else Path(words[0]).name
            self.names[pid] = runner.removeprefix("stage_runners.")
        for child in children:
            self.look(child)


def measured(checkout: Path, models: Path) -> Cost:
    """One demo of `checkout`, from an empty store."""
    cost = Cost()
    with tempfile.TemporaryDirectory() as name:
        (own := Path(name) / "home").mkdir()
        (own / "models").symlink_to(models)
        environment = {**os.environ, "ORCHESTRATOR_HOME": str(own), "PYTHONPATH": str(checkout)}
        command = [checkout / ".venv/bin/python", "-m", "orchestrator", "demo", "-q"]
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=name, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            cost.look(process.pid)
            time.sleep(LOOK)
        cost.wall = time.monotonic() - started
        if process.returncode:
            raise SystemExit(f"{checkout}: the demo failed, exit status {process.returncode}")
    return cost


def shown(cost: Cost) -> None:
    sums: dict[str, float] = defaultdict(float)
    for pid, seconds in cost.cpu.items():
        sums[cost.names.get(pid, "?")] += seconds
    for name, seconds in sorted(sums.items(), key=lambda row: -row[1]):
        if seconds >= 0.05:
            print(f"  {seconds:6.2f} s of CPU  {name}")
    print(f"  {cost.total:6.2f} s of CPU in {len(cost.cpu)} processes, {cost.wall:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, help="another checkout, to compare with")
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    models = home() / "models"
    measured(ROOT, models)  # a warm-up: disk caches
    ratios: list[tuple[float, float]] = []
    for _ in range(arguments.pairs):
        ours = measured(ROOT, models)
        print(f"{ROOT}:")
        shown(ours)
        if arguments.other:
            theirs = measured(arguments.other.absolute(), models)
            print(f"{arguments.other}:")
            shown(theirs)
            ratios.append((ours.total / theirs.total, ours.wall / theirs.wall))
            print(f"ratio: {ratios[-1][0]:.2f} of the CPU seconds, {ratios[-1][1]:.2f} of the time")
    if ratios:
        cpu, wall = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(f"median ratio: {cpu:.2f} of the CPU seconds, {wall:.2f} of the time")


if __name__ == "__main__":
    main()
