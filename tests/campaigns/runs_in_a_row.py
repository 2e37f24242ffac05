"""Runs the program many times in a row: files, time, memory, disk and descriptors must not grow.

First as many runs of one film that each make anew what needs no model; then one run over as many films, in
which the workers and the orchestrator live on from film to film.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.campaigns import work
from tests.e2e.conftest import ffmpeg

AGAIN = ("demux", "waveform", "shots", "subtitles", "mux")
GROWTH = 1.25
"""How much the last quarter may have over the first, in time and memory: the machine is not idle."""


def main() -> int:
    """Run the campaign."""
    campaign, arguments = work.campaign("runs_in_a_row", __doc__.splitlines()[0], 25)
    base = work.base(arguments.folder)
    _one_film(campaign, base)
    _many_films(campaign, base)
    return campaign.close()


def _one_film(campaign: work.Campaign, base: work.Base) -> None:
    tool = base.copy(campaign.folder)
    out, scratch = campaign.folder / "out", campaign.folder / "tmp"
    scratch.mkdir()
    right = work.digests(base.out)
    force = [word for stage in AGAIN for word in ("--force", stage)]
    seconds: list[float] = []
    disk: list[int] = []
    for number, _ in campaign.trials():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = tool.ended(*base.words(out), *force, TMPDIR=str(scratch))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        # The folders of runs are kept, the last fifty: they are counted apart.
        disk.append(_size(tool.home) - _size(tool.home / "runs"))
        for fault in done.faults({0}):
            campaign.fault(number, fault, done.text)
        if work.digests(out) != right:
            campaign.fault(number, "other files", done.text)
        if left := tool.left():
            campaign.fault(number, "processes left", "\n".join(left))
        if there := [path.name for path in scratch.iterdir()]:
            campaign.fault(number, f"left in TMPDIR: {there}")
        print(f"{number}: {seconds[-1]:.1f} s of processor time, {disk[-1] >> 10} kB", flush=True)
    if not seconds:
        return
    quarter = max(1, len(seconds) // 4)
    first, last = statistics.median(seconds[:quarter]), statistics.median(seconds[-quarter:])
    campaign.figures[f"s of processor time at first, {last:.1f} in the end"] = round(first)
    campaign.figures[f"kB on the disk after the first run, {disk[-1] >> 10} after the last"] = disk[0] >> 10
    if last > first * GROWTH:
        campaign.fault(len(seconds), f"the time grows: {first:.1f} to {last:.1f} s")
    if disk[-1] > disk[0] * 1.02 + 100_000:
        campaign.fault(len(seconds), f"the disk fills: {disk[0]} to {disk[-1]} bytes")


def _many_films(campaign: work.Campaign, base: work.Base) -> None:
    films = []
    for number in range(campaign.count):
        films.append(campaign.folder / f"film{number:02d}.mkv")
        ffmpeg("-i", base.film, "-c", "copy", "-metadata", f"title=number {number}", films[-1])
    tool = work.Tool(campaign.folder / "home")
    words = ("run", *films, *work.OPTIONS, "--until", "waveform", "-o", campaign.folder / "many")
    with (campaign.folder / "log").open("wb") as log:
        process = subprocess.Popen(
            tool.command(*words), env=tool.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        samples = _watch(process)
    if process.returncode != 0:
        campaign.fault(campaign.count, f"status {process.returncode}", (campaign.folder / "log").read_text())
    if campaign.count < 10 or len(samples) < 8:
        return  # imports and the first model are most of so short a run
    quarter = len(samples) // 4
    for k, what in enumerate(("descriptors", "MB of memory", "MB of memory of the workers")):
        first = statistics.median(sample[k] for sample in samples[quarter : 2 * quarter])
        last = statistics.median(sample[k] for sample in samples[-quarter:])
        campaign.figures[f"{what} at first, {last:.0f} in the end"] = round(first)
        if last > first * GROWTH + 5:
            campaign.fault(campaign.count, f"{what} grow: {first:.0f} to {last:.0f}")


def _watch(process: subprocess.Popen[bytes]) -> list[tuple[float, float, float]]:
    """Descriptors and memory of the orchestrator, and the memory of its workers, twice a second."""
    samples = []
    while process.poll() is None:
        try:
            one = psutil.Process(process.pid)
            workers = sum(child.memory_info().rss for child in one.children())
            samples.append((one.num_fds(), one.memory_info().rss / 1e6, workers / 1e6))
        except psutil.Error:
            continue
        time.sleep(0.5)
    return samples


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
