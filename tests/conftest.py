"""Where the shared recordings are, which environments are installed, how workers share the tests."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.processor_time import ProcessorTime
from tests.stage_runners import processes

# How long an example takes tells how busy the machine is, not whether the code is right.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real films and their truth; tests that need it skip where it is absent."""
    shared = Path(os.environ.get("ORCHESTRATOR_SHARED", ROOT.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"no shared recordings at {shared} (set ORCHESTRATOR_SHARED)")
    return shared / "data"


_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def pytest_configure(config: pytest.Config) -> None:
    """Share the cores among the workers, or the threads of one wait for those of another.

    The processes of tests may write bytecode: without it, each compiles the packages that it imports, and
    importing pyannote.audio takes 15 s instead of 5 s.
    """
    # Under `nohup` every program that a test starts would ignore a closed terminal, as it should.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    processes.share()
    config.pluginmanager.register(ProcessorTime())
    if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
        for name in _THREADS:
            os.environ.setdefault(name, str(max(1, cores() // int(workers))))


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores, for a test often waits; four at most, because a run takes two gigabytes.

    None for a single file.
    """
    if len(config.args) == 1 and Path(config.args[0].partition("::")[0]).is_file():
        return 0
    return min(4, cores() + 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, then those that run stages: at the end no worker waits long.

    A worker runs whole files, so that fixtures are made once.
    """
    slow, stages = (
        {item.path for item in items if item.get_closest_marker(name)} for name in ("slow", "env")
    )
    items.sort(key=lambda item: (item.path not in slow, item.path not in stages))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("env"):
        for name in mark.args:
            if not (ROOT / "envs" / name / ".venv" / "bin" / "python").exists():
                pytest.skip(f"the environment {name} is not installed (orchestrator envs sync {name})")


def pytest_sessionfinish() -> None:
    processes.stop()
    if (browser := sys.modules.get("tests.browser")) is not None:
        browser.stop()
