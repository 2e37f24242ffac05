"""Lets two machines share a cache while they are killed at random, and then looks at what is left of it.

A machine is a process in namespaces of its own (mounts, process ids, host name); with `--fuse` it sees the
cache through a mount of its own by bindfs, which keeps `flock` to that mount and shows changes of the other
with a delay, as NFS does (worse: opening a file does not help). Both run films, some with the same content,
by workers that are no processes; both keep a limit so small that results leave all the time. Leases last
seconds instead of minutes. At the end every result has to be whole, every run that was not killed has to have
succeeded, and nothing of the dead may be left.

    python -m tests.campaigns.two_machines --seconds 60 [--fuse] [--limit BYTES] [--seed N]

Needs Linux and the right to make namespaces (root), and bindfs for `--fuse`. Of several mounts of one real
NFS export it needs only that the folders differ: `--at /mnt/one --at /mnt/two`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from orchestrator.storage.store import Store
from orchestrator.util import leases

ROOT = Path(__file__).resolve().parents[2]
BEAT, TERM, WATCH = 0.3, 4.0, 1.5
"""Seconds; the real ones are 20, 600 and 60."""
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--uts", "--mount-proc", "--kill-child")
_ENDED_WELL = {"done", "cached"}
CONTENTS = 6
"""How many contents films have that both machines run."""


def main() -> int:
    """Run the campaign, or one machine of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=40_000)
    parser.add_argument("--fuse", action="store_true")
    parser.add_argument("--delay", type=float, default=0.4, help="of bindfs, in seconds")
    parser.add_argument("--at", type=Path, action="append", default=[])
    parser.add_argument("--machine", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    leases.BEAT, leases.TERM, leases.WATCH = BEAT, TERM, WATCH
    if arguments.machine:
        return work(arguments)
    return campaign(arguments)


def work(arguments: argparse.Namespace) -> int:
    """Be a machine until it is killed: run films, and print a line of JSON for each."""
    from tests.orchestrator.execution.test_scheduler_decisions import Bench
    from tests.orchestrator.fakes import House, stage

    class Reading(House):
        """Workers that read their inputs a moment after they got them, and fail if those are gone."""

        def on_run(self, fake, run):
            threading.Timer(chance.uniform(0, 0.02), self.work, (fake, run)).start()

        def work(self, fake, run):
            try:
                fake.succeed(run)
            except OSError as error:
                fake.fail("crash", f"{type(error).__name__}: {error}")

    chance = random.Random(f"{arguments.seed} {arguments.machine}")
    bench = Bench(arguments.home)
    store = bench.store
    stages = (stage("a", "film"), stage("b", "a"), stage("c", "a", "b"), stage("d", "c", "b"))
    threading.Thread(target=trim, args=(arguments.home / "store", arguments.limit), daemon=True).start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        number = chance.randrange(CONTENTS)
        text = f"{number} " * 500 if chance.random() < 0.7 else f"{arguments.machine} {number} " * 500
        bench.events.clear()
        try:
            with store.in_use():
                steps = bench.run(Reading(), stages, text=text, lean=True)
            said = {name: step.status for name, step in steps.items()}
            errors = [step.error.message for step in steps.values() if step.error]
        except Exception as error:
            said, errors = {}, [f"{type(error).__name__}: {error}"]
        again = sum(type(event).__name__ == "StepRetried" for event in bench.events)
        print(json.dumps({"steps": said, "errors": errors, "again": again}), flush=True)
    return 0


def trim(root: Path, limit: int) -> None:
    """Keep the limit, as a run does; a machine does so with a store of its own."""
    store = Store(root)
    while True:
        time.sleep(0.1)
        try:
            store.remove_abandoned()
            if store.size() > limit:
                store.gc(keep_bytes=limit)
        except Exception as error:
            print(json.dumps({"steps": {}, "errors": [f"trim: {type(error).__name__}: {error}"], "again": 0}))


class Machine:
    """A machine that is started again when it was killed."""

    def __init__(self, name: str, number: int, folder: Path, arguments: argparse.Namespace) -> None:
        self.name, self.number, self.arguments = name, number, arguments
        self.home = folder / name
        self.shared = folder / "shared"
        self.log = (folder / f"{name}.log").open("ab")
        self.lives = self.began = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Boot: other process ids, another host name, and a mount of its own."""
        self.lives += 1
        self.began = os.fstat(self.log.fileno()).st_size
        home = self.home / str(self.lives)
        home.mkdir(parents=True)
        place = self.shared
        mount = "true"
        if self.arguments.fuse:
            place = home / "mount"
            place.mkdir()
            times = ",".join(
                f"{what}_timeout={self.arguments.delay}" for what in ("attr", "entry", "negative")
            )
            mount = f"bindfs --no-allow-other -o {times} {self.shared} {place}"
        elif self.arguments.at:
            place = self.arguments.at[self.number % len(self.arguments.at)]
        (home / "store").symlink_to(place)
        words = [
            sys.executable, "-m", "tests.campaigns.two_machines", "--machine", self.name, "--home", str(home),
            "--seed", str(self.arguments.seed * 1000 + self.lives), "--limit", str(self.arguments.limit),
        ]  # fmt: skip
        script = f'hostname {self.name} && {mount} && exec "$@"'
        self.process = subprocess.Popen(
            [*_NAMESPACES, "sh", "-c", script, "sh", *words],
            cwd=ROOT, stdout=self.log, stderr=self.log, env={**os.environ, "ORCHESTRATOR_HOME": str(home)},
        )  # fmt: skip

    def works(self, since: int) -> bool:
        """Whether it ran a film since its log had `since` bytes."""
        return os.fstat(self.log.fileno()).st_size > since

    def kill(self) -> None:
        """Pull the plug."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def campaign(arguments: argparse.Namespace) -> int:
    """Run both machines and kill them now and then; returns 1 if anything was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="two-machines-"))
    (folder / "shared").mkdir()
    chance = random.Random(arguments.seed)
    machines = [Machine(name, n, folder, arguments) for n, name in enumerate(("one", "two"))]
    for machine in machines:
        machine.start()
    until = time.monotonic() + arguments.seconds
    kills = 0
    while time.monotonic() < until:
        machine = chance.choice(machines)
        for _ in range(600):
            if machine.works(machine.began):
                break
            time.sleep(0.1)
        time.sleep(chance.uniform(0.5, 12.0))
        machine.kill()
        kills += 1
        time.sleep(chance.choice((0.0, 0.5, TERM + 2)))
        machine.start()
    for machine in machines:
        machine.kill()
    faults, figures = read_logs(folder)
    faults += left_wrong(arguments.at[0] if arguments.at else folder / "shared")
    print(f"{kills} kills; {dict(figures)}")
    for fault, count in Counter(faults).most_common(20):
        print(f"WRONG {count} x {fault}")
    if not faults:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(folder)
    return 1 if faults else 0


def read_logs(folder: Path) -> tuple[list[str], Counter[str]]:
    """What went wrong in runs that came to their end, and how many there were."""
    faults, figures = [], Counter()
    for log in folder.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                if "Error" in line or "Traceback" in line:
                    faults.append(f"{log.stem}: {line}")
                continue
            figures["runs"] += bool(said["steps"])
            figures["stages made again"] += said["again"]
            figures.update(f"steps {status}" for status in said["steps"].values())
            faults += said["errors"]
            faults += [f"a step ended as {one}" for one in said["steps"].values() if one not in _ENDED_WELL]
    return faults, figures


def left_wrong(root: Path) -> list[str]:
    """What is wrong in the cache after both machines died, once their leases are over."""
    faults = []
    store = Store(root)
    for _ in range(20):
        store.gc()
        time.sleep(TERM / 8)
    for name in ("attempts", "users"):
        faults += [f"left in {name}: {path.name}" for path in (root / name).iterdir()]
    for folder in (root / "results").glob("*/*"):
        entry = store.find_part(folder.name)
        if entry is None:
            faults.append(f"a result is not whole: {sorted(path.name for path in folder.iterdir())}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
