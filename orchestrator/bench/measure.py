"""Runs a command and measures it with all its descendants: time, CPU, memory, energy."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.bench import meters
from orchestrator.bench.meters import Meter, Nvml

INTERVAL_S = 0.2
"""Seconds between two readings of memory and meters; a peak that is shorter can be missed."""
PATIENCE_S = 10.0
"""Seconds that an interrupted command gets to end."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a command took. `peak_memory` adds up its processes: what two of them share counts twice."""

    status: int
    wall_s: float
    cpu_s: float
    peak_memory: int | None = None
    peak_vram: int | None = None
    energy_j: Mapping[str, float] = field(default_factory=dict)


class Gauge:
    """Measures commands, one after the other, with the meters of this machine."""

    def __init__(self, gpus: Nvml | None = None, energy: Sequence[Meter] = ()) -> None:
        self._gpus = gpus
        self._energy = energy

    def run(self, command: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path) -> Use:
        """Run a command in `folder` to its end; what it prints goes into `log`.

        An interrupt is passed on to it, and raised again when it has ended.
        """
        started = time.monotonic()
        with log.open("ab") as stream:
            process = subprocess.Popen(
                command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=stream,
                stderr=stream, start_new_session=True,
            )  # fmt: skip
        sampler = _Sampler(process.pid, self._gpus, self._energy)
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _end(process)
            raise
        finally:
            sampler.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Use(
            status=process.returncode,
            wall_s=time.monotonic() - started,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_memory=sampler.memory or None,
            peak_vram=sampler.vram,
            energy_j=sampler.energy(),
        )


def here() -> tuple[Gauge, tuple[str, ...], tuple[str, ...]]:
    """The gauge of this machine, the names of its meters, and why others are missing."""
    gpus = meters.nvml()
    energy, without = meters.here(gpus)
    return Gauge(gpus, energy), tuple(meter.name for meter in energy), without


class _Sampler(threading.Thread):
    """Reads the memory of a process and its descendants, and the meters, until it is stopped."""

    def __init__(self, pid: int, gpus: Nvml | None, energy: Sequence[Meter]) -> None:
        super().__init__(daemon=True, name="bench sampler")
        self.memory = 0
        self.vram: int | None = None
        self._gpus, self._meters = gpus, energy
        self._pid = pid
        self._used_before = gpus.used_memory() if gpus else 0
        self._first = self._readings()
        self._last = self._first
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(INTERVAL_S):
            self._sample()

    def stop(self) -> None:
        """End, after a last reading of the meters."""
        self._done.set()
        self.join()
        self._last = self._readings()

    def energy(self) -> dict[str, float]:
        """Joules by meter since the start."""
        both = self._first.keys() & self._last.keys()
        return {name: round(self._last[name] - self._first[name], 3) for name in sorted(both)}

    def _sample(self) -> None:
        self.memory = max(self.memory, _memory(self._pid))
        if self._gpus:
            self.vram = max(self.vram or 0, self._gpus.used_memory() - self._used_before)
        self._last = self._readings()

    def _readings(self) -> dict[str, float]:
        found = {}
        for meter in self._meters:
            with contextlib.suppress(OSError, ValueError):
                found[meter.name] = meter.read()
        return found


def _memory(pid: int) -> int:
    """Bytes that a process and its descendants hold, each counted whole."""
    import psutil

    total = 0
    with contextlib.suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started: ask it as a terminal does, then kill."""
    import psutil

    with contextlib.suppress(psutil.Error):
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        for one in alive:
            with contextlib.suppress(psutil.Error):
                one.kill()
    with contextlib.suppress(ChildProcessError):
        process.wait(PATIENCE_S)
