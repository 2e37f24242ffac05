"""Describes the machine of a benchmark, and warns if it is busy."""

from __future__ import annotations

import os
import platform

from orchestrator.bench.results import Host
from orchestrator.machine import profile

BUSY = 0.25
"""Load average per core from which other programs take a share that shows in the times."""


def here(meters: tuple[str, ...], without: tuple[str, ...]) -> Host:
    """Describe this machine, now."""
    machine = profile.here()
    return Host(
        summary=machine.summary,
        platform=machine.platform,
        cpu=machine.cpu,
        cores=machine.cores,
        memory_mb=machine.memory_mb,
        gpus=machine.gpus,
        driver=machine.driver,
        python=platform.python_version(),
        load=load(),
        meters=meters,
        without=without,
    )


def load() -> float | None:
    """The load average of the last minute; None if the system has none."""
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None


def busy(host: Host) -> str:
    """A warning if other programs are at work; empty if not."""
    if host.load is None or host.load <= BUSY * host.cores:
        return ""
    return (
        f"the machine is busy: load average {host.load:.1f} on {host.cores} cores; times would be too long, "
        "CPU seconds less so"
    )
