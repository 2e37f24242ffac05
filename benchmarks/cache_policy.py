"""Compares what a full cache loses by which results it drops first, on a made-up library.

usage: cache_policy.py [--films 300] [--days 120] [--seed 1] [--bounds 5,10,20]     (GB)

A library is processed in two weeks; two more films come a day. Films are run again: most within days, with
another style of subtitles; some with another number of speakers, another language or another recognition
model, at any time later. Lengths are lognormal around 100 minutes. What a stage takes and leaves for a second
of film was measured with the embedded models on a processor (`--model base`, 12 minutes of film); the graph
of stages is the program's own. A run makes again what it needs and the cache has dropped, with what that
needs in turn. The bound is kept after every run, whose own results stay.

It prints, for each bound and policy, the hours of work that were done a second time because their result had
been dropped: `lru` drops what was unused for longest, `size` the largest, `gdsf` by GreedyDual-Size-Frequency
(Cherkasova 1998), `worth` by `orchestrator.storage.worth`. `+ digests`: what large tables were is known when
they are gone (`orchestrator.planning.lean`), so they are made again only for a stage that reads them.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orchestrator.stages.catalog import STAGES
from orchestrator.storage import worth

DAY = 86400.0
# Seconds of work and bytes of the result, for a second of film.
MEASURED = {
    "demux": (0.0067, 32_000), "waveform": (0.0017, 160), "silero_vad": (0.0145, 10),
    "pyannote_vad": (0.108, 6_570), "diarization": (0.145, 28), "asr": (0.46, 84), "alignment": (0.0115, 75),
    "attribution": (0.001, 84), "post_ner": (0.002, 84), "naming": (0.0045, 7), "phrases": (0.001, 5),
    "translation": (0.25, 84), "shots": (0.049, 5), "subtitles": (0.0026, 680), "mux": (0.004, 2),
}  # fmt: skip
NEEDS = {
    name: sorted({one.source.split(".")[0] for one in STAGES[name].inputs} & MEASURED.keys())
    for name in MEASURED
}
LARGE = ("demux", "pyannote_vad")
"""The stages with tables of more than a megabyte."""


@dataclass
class Result:
    """A result in the cache; `rank` is what GDSF gave it at its last use."""

    size: int
    seconds: float
    used: float
    uses: int = 1
    rank: float = 0.0


@dataclass
class Cache:
    """A cache by one policy: `first` gives the smallest value to what goes first."""

    bound: float
    first: Callable[[Result, float], float]
    lean: bool = False
    held: dict[tuple[int, str], Result] = field(default_factory=dict)
    known: set[tuple[int, str]] = field(default_factory=set)
    inflation: float = 0.0
    again: float = 0.0
    total: int = 0
    peak: int = 0

    def run(self, film: int, seconds: float, changed: frozenset[str], now: float) -> None:
        """Run a film of which `changed` stages, and all after them, have to be made."""
        new = set(changed)
        for name in MEASURED:
            if any(need in new for need in NEEDS[name]):
                new.add(name)
        touched: set[tuple[int, str]] = set()

        def need(name: str) -> None:
            """See that the files of a result are there."""
            key = film, name
            if key in touched:
                return
            touched.add(key)
            if name in new or key not in self.held:
                for other in NEEDS[name]:
                    need(other)
                work, size = (seconds * one for one in MEASURED[name])
                if name not in new and key in self.known:
                    self.again += work
                if key in self.held:
                    self.total -= self.held[key].size
                self.held[key] = Result(int(size), work, now)
                self.total += int(size)
                self.known.add(key)
            else:
                self.held[key].used, self.held[key].uses = now, self.held[key].uses + 1
            one = self.held[key]
            one.rank = self.inflation + one.uses * (one.seconds + 3) / (one.size + 8192)

        for name in MEASURED:
            if not (self.lean and name in LARGE and (film, name) in self.known and name not in new):
                need(name)
        self.peak = max(self.peak, self.total)
        self._trim(film, now)

    def _trim(self, film: int, now: float) -> None:
        """Drop results, to a little less than the bound so that this takes no hours."""
        if self.total <= self.bound:
            return
        for key, one in sorted(self.held.items(), key=lambda item: self.first(item[1], now)):
            if self.total <= 0.95 * self.bound:
                break
            if key[0] != film:
                self.inflation = max(self.inflation, one.rank)
                self.total -= one.size
                del self.held[key]


def by_last_use(one: Result, _: float) -> float:
    """What was unused for longest goes first."""
    return one.used


def by_size(one: Result, _: float) -> float:
    """The largest goes first."""
    return -one.size


def by_rank(one: Result, _: float) -> float:
    """GreedyDual-Size-Frequency."""
    return one.rank


def by_worth(one: Result, now: float) -> float:
    """As the program does."""
    return worth.of(seconds=one.seconds, size=one.size, idle=now - one.used, uses=one.uses)


POLICIES: dict[str, tuple[Callable[[Result, float], float], bool]] = {
    "lru": (by_last_use, False), "size": (by_size, False), "gdsf": (by_rank, False),
    "worth": (by_worth, False), "lru + digests": (by_last_use, True), "gdsf + digests": (by_rank, True),
    "worth + digests": (by_worth, True),
}  # fmt: skip


def events(films: int, days: float, chance: random.Random) -> list[tuple[float, int, float, frozenset[str]]]:
    """When which film, of how many seconds, is run with which stages changed."""
    found = []
    for film in range(films + int(2 * days)):
        came = chance.uniform(0, 14) if film < films else (film - films) / 2
        if came > days:
            continue
        seconds = min(4 * 3600.0, 6000 * math.exp(chance.gauss(0, 0.35)))
        found.append((came * DAY, film, seconds, frozenset(MEASURED)))
        for share, soon, stage in (
            (0.4, True, "subtitles"), (0.2, True, "subtitles"), (0.15, False, "subtitles"),
            (0.1, True, "diarization"), (0.15, False, "translation"), (0.05, False, "asr"),
            (0.1, False, "mux"),
        ):  # fmt: skip
            if chance.random() < share:
                later = came + (chance.expovariate(1 / 3) if soon else chance.uniform(0, days - came))
                if later < days:
                    found.append((later * DAY, film, seconds, frozenset({stage})))
    return sorted(found)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=300)
    parser.add_argument("--days", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bounds", default="5,10,20")
    arguments = parser.parse_args()
    runs = events(arguments.films, arguments.days, random.Random(arguments.seed))
    work = sum(seconds for seconds, _ in MEASURED.values())
    first = sum(length * work for _, _, length, new in runs if len(new) > 1) / 3600
    films = len({film for _, film, _, _ in runs})
    print(f"{len(runs)} runs of {films} films; their first runs take {first:.0f} h of work; h done again:")
    print("   bound  " + "  ".join(f"{name:>15}" for name in POLICIES))
    for bound in map(float, arguments.bounds.split(",")):
        row = []
        for order, lean in POLICIES.values():
            cache = Cache(bound * 1e9, order, lean)
            for now, film, seconds, changed in runs:
                cache.run(film, seconds, changed, now)
            row.append(cache.again / 3600)
        print(f"{bound:>5.0f} GB  " + "  ".join(f"{value:>15.1f}" for value in row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
