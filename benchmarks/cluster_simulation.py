"""Simulates a run of a library on many machines: when it ends, machine hours, and how long machines idle.

    python benchmarks/cluster_simulation.py [--films 10000] [--machines 1,2,5,10,20,50,100] [--lost-every 500]

The films are dealt by the code of `orchestrator run --ray` (`orchestrator.cluster.dealing`); only the work is
simulated. Without Ray, in seconds.

Lengths: a library of four films to six episodes. Half of 37,362 feature films in IMDb last 90 to 105 minutes
(nefariousplots.com/figures/7, which counts rated films of at least 40 minutes); the tails are those of a
collection with long epics. Episodes have the lengths of broadcast slots without commercials: 22, 42 and 55
minutes, give or take two. The share of episodes is an assumption: see `--episodes`.

Work: the measured time of the whole job on two cores (docs/benchmarks.md: 19.3 s for 30 s and 81.2 s for
5 minutes), so 0.229 s for each second of film; a film that begins on a warm machine costs 4 s beside, and a
machine's first film 12 s. It varies by a tenth from film to film.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orchestrator.cluster import dealing as deals
from orchestrator.cluster.dealing import Film

FEATURES = (
    (0.0, 45),
    (0.01, 62),
    (0.05, 78),
    (0.25, 90),
    (0.5, 97),
    (0.75, 105),
    (0.95, 138),
    (0.99, 175),
    (1.0, 260),
)
"""Quantiles of the length of feature films, in minutes."""
EPISODES = ((0.4, 22), (0.45, 42), (0.15, 55))
"""Share and length of episodes, in minutes."""
RATE, WARM_S, COLD_S = 0.229, 4.0, 12.0


@dataclass(frozen=True)
class Result:
    """`end` is when the last film ended, in hours; `idle` the share of the machines' time without work."""

    end: float
    machine_hours: float
    idle: float
    lost_hours: float


def lengths(count: int, episodes: float, seed: int) -> list[float]:
    """Seconds of `count` films, in the order of the library's folders, which is none."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        if rng.random() < episodes:
            minutes = rng.choices([m for _, m in EPISODES], [share for share, _ in EPISODES])[
                0
            ] + rng.uniform(-2, 2)
        else:
            minutes = _quantile(rng.random())
        found.append(minutes * 60)
    return found


def _quantile(share: float) -> float:
    for (low, a), (high, b) in itertools.pairwise(FEATURES):
        if share <= high:
            return a + (b - a) * (share - low) / (high - low)
    return FEATURES[-1][1]


def simulate(
    seconds: Sequence[float], machines: int, *, longest_first: bool, ahead: int = deals.AHEAD,
    lost_every: float = 0.0, seed: int = 1,
) -> Result:  # fmt: skip
    """One run. A machine is lost every `lost_every` of its hours (0: never); another joins in 5 minutes."""
    rng = random.Random(seed)
    work = {str(index): RATE * one * rng.uniform(0.9, 1.1) for index, one in enumerate(seconds)}
    state = deals.begin(
        (Film(id=str(index), weight=one) for index, one in enumerate(seconds)), longest_first=longest_first
    )
    events: list[tuple[float, int, str, str, str]] = []
    count = 0

    def post(when: float, kind: str, worker: str, film: str = "") -> None:
        nonlocal count
        count += 1
        heapq.heappush(events, (when, count, kind, worker, film))

    busy: dict[str, tuple[str, float]] = {}
    began: dict[str, float] = {}
    new: set[str] = set()
    total_busy = wasted = up = now = 0.0
    hired = 0

    def hire(when: float) -> None:
        nonlocal hired
        hired += 1
        post(when, "joined", f"w{hired:05}")

    def go(worker: str) -> None:
        """Begin with the next film in the worker's hand."""
        if worker in busy or not state.workers[worker].films:
            return
        film = state.workers[worker].films[0].id
        seconds_of = work[film] + (COLD_S if worker in new else WARM_S)
        new.discard(worker)
        busy[worker] = (film, now)
        post(now + seconds_of, "ended", worker, film)

    for _ in range(machines):
        hire(0.0)
    while not state.over:
        now, _, kind, worker, film = heapq.heappop(events)
        if kind == "joined":
            began[worker] = now
            new.add(worker)
            state = deals.join(state, worker, worker)
            if lost_every:
                post(now + rng.expovariate(1 / (lost_every * 3600)), "lost", worker)
        elif worker not in state.workers:
            continue
        elif kind == "ended":
            total_busy += now - busy.pop(worker)[1]
            state = deals.end(state, worker, film)
        else:
            up += now - began.pop(worker)
            if worker in busy:
                spent = now - busy.pop(worker)[1]
                total_busy, wasted = total_busy + spent, wasted + spent
            state, _ = deals.leave(state, worker, films=False, machine=False)
            hire(now + 300.0)
        state, dealt = deals.deal(state, ahead=ahead)
        for name in {worker, *(name for name, _ in dealt)}:
            if name in state.workers:
                go(name)
    up += sum(now - since for since in began.values())
    return Result(now / 3600, up / 3600, 1 - total_busy / up, wasted / 3600)


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--machines", default="1,2,5,10,20,50,100")
    parser.add_argument("--episodes", type=float, default=0.6, help="share of episodes (default: 0.6)")
    parser.add_argument(
        "--lost-every", type=float, default=0.0, help="hours that a machine lives (default: 0, for ever)"
    )
    parser.add_argument("--ahead", type=int, default=deals.AHEAD)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = lengths(options.films, options.episodes, options.seed)
    hours = sum(found) / 3600
    shown = [f"{statistics.quantiles(found, n=20)[at] / 60:.0f}" for at in (0, 4, 9, 14, 18)]
    print(f"{options.films} films, {hours:.0f} hours; longest {max(found) / 60:.0f} minutes")
    print(f"lengths at 5, 25, 50, 75 and 95%: {', '.join(shown)} minutes")
    print(
        "| machines | end, longest first | idle | machine hours | end, as they come | idle | machine hours |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for machines in map(int, options.machines.split(",")):
        first, fifo = (
            simulate(found, machines, longest_first=longest, ahead=options.ahead,
                     lost_every=options.lost_every, seed=options.seed)
            for longest in (True, False)
        )  # fmt: skip
        row = [f"{r.end:.2f} h | {r.idle:.2%} | {r.machine_hours:.1f}" for r in (first, fifo)]
        print(f"| {machines} | {row[0]} | {row[1]} |")
        if options.lost_every:
            print(f"  lost work: {first.lost_hours:.1f} and {fifo.lost_hours:.1f} hours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
