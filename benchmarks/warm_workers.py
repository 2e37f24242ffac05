"""Measures what warm workers save: `orchestrator run A B C` against three runs, in turns.

    python benchmarks/warm_workers.py FILM FILM ... [--pairs 3] [-- OPTION ...]

Each run starts from an empty store, with the models of this home; the films are copied first, so that nothing
is written beside them. It prints wall-clock and CPU seconds of each side (all processes), and the median of
the ratios. Linux and macOS.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchestrator.paths import home  # noqa: E402


class Cost(NamedTuple):
    """Seconds on the clock and of all processors."""

    wall: float
    cpu: float


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(films: list[Path], options: list[str], models: Path, *, together: bool) -> Cost:
    """The cost of one run over all films, or of one run for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "home/models").symlink_to(models)
        copies = []
        for number, film in enumerate(films):
            (folder / str(number)).mkdir()
            copies.append(shutil.copy(film, folder / str(number) / film.name))
        environment = {**os.environ, "ORCHESTRATOR_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
        before, began = cpu(), time.monotonic()
        for some in [copies] if together else [[copy] for copy in copies]:
            command = [sys.executable, "-m", "orchestrator", "run", *map(str, some), *options, "--quiet"]
            done = subprocess.run(
                command, env=environment, cwd=folder, check=False, capture_output=True, text=True
            )
            if done.returncode:
                raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
        return Cost(time.monotonic() - began, cpu() - before)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("films", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=3)
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    arguments, options = parser.parse_args(words[:at]), words[at + 1 :]
    models = home() / "models"
    films = [film.resolve() for film in arguments.films]
    pairs = []
    for number in range(arguments.pairs):
        order = (True, False) if number % 2 else (False, True)
        costs = {side: measured(films, options, models, together=side) for side in order}
        pairs.append((costs[False], costs[True]))
        apart, together = pairs[-1]
        print(
            f"pair {number + 1}: one run each {apart.wall:.1f} s, {apart.cpu:.1f} CPU s; "
            f"together {together.wall:.1f} s, {together.cpu:.1f} CPU s",
            flush=True,
        )
    for what, index in (("wall clock", 0), ("CPU", 1)):
        ratios = [together[index] / apart[index] for apart, together in pairs]
        print(f"{what}: together takes {100 * statistics.median(ratios):.0f}% of one run each (median)")


if __name__ == "__main__":
    main()
