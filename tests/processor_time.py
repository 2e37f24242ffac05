"""The files of tests that took most processor time, at the end of a long run: their own and their processes'.

The clock tells how busy the machine is. Processor seconds tell what a test costs, and what to make cheaper.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.stage_runners import processes

SHOWN, FILES = 15, 30
"""How many files are listed, after a run of at least how many."""
COLLECTION = "importing and collecting the tests, in every worker"


class ProcessorTime:
    """Measures from file to file, because looking at living processes takes milliseconds."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._before = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self):
        self._passed(COLLECTION)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        result = yield
        if nextitem is None or nextitem.path != item.path:
            self._passed(item.nodeid.partition("::")[0])
        return result

    def _passed(self, name: str) -> None:
        now = spent()
        self.seconds[name] += max(0.0, now - self._before)
        self._before = now

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["processor_seconds"] = dict(self.seconds)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        self.seconds.update(getattr(node, "workeroutput", {}).get("processor_seconds", {}))

    def pytest_terminal_summary(self, terminalreporter):
        if len(self.seconds) > FILES:
            terminalreporter.section("processor seconds")
            for name, seconds in self.seconds.most_common(SHOWN):
                terminalreporter.write_line(f"{seconds:7.1f}  {name}")
            terminalreporter.write_line(f"{self.seconds.total():7.1f}  all {len(self.seconds) - 1} files")


def spent() -> float:
    """Processor seconds of this process, of all that it started, and of its jobs in servers."""
    return sum(os.times()[:4]) + sum(processes.seconds) + (_of_the_living() if _has_children() else 0.0)


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (AttributeError, ChildProcessError):  # macOS has no waitid
        return False
    return True


def _of_the_living() -> float:
    """Of the descendants that have not ended, and of the children that they have waited for (on Linux)."""
    tick = os.sysconf("SC_CLK_TCK")
    children, seconds = defaultdict(list), {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_bytes()
        except OSError:
            continue
        words = text[text.rindex(b")") + 2 :].split()  # a name may have spaces
        process = int(stat.parent.name)
        children[int(words[1])].append(process)
        seconds[process] = sum(map(int, words[11:15])) / tick
    total, left = 0.0, list(children[os.getpid()])
    while left:
        process = left.pop()
        total += seconds[process]
        left += children[process]
    return total
