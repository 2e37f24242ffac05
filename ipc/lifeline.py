"""Kills every process of a stage when the orchestrator dies, whatever it is doing.

The orchestrator holds the other end of the child's stdin and never closes it while it lives. A watcher
process, forked before any heavy import, waits for that end to close and then kills the process group. A
thread could not do it: `import torch` holds the interpreter's lock for seconds on a cold disk.
PR_SET_PDEATHSIG does not work either: it fires when the starting thread ends, and macOS does not have it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time


def watch(descriptor: int, close: tuple[int, ...] = ()) -> None:
    """Kill this process's group when the other end of the pipe `descriptor` closes or this process ends.

    Call it once, as the leader of the group, with one thread. `close` are descriptors that the watcher must
    not keep open. The watch cannot be cancelled: even after a clean exit, processes that the stage started
    may be left.
    """
    parent = os.getpid()
    if os.fork() == 0:
        try:
            _wait_for_hangup(descriptor, parent, close)
        finally:
            os._exit(0)


def _wait_for_hangup(descriptor: int, parent: int, close: tuple[int, ...]) -> None:
    # The stage handles SIGINT and SIGTERM; the watcher ends with the stage.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    for number in close:
        with contextlib.suppress(OSError):
            os.close(number)
    poll = select.poll()
    # Only hang-up and errors matter, not data. Darwin reports nothing unless an event is requested.
    poll.register(descriptor, select.POLLHUP)
    while True:
        hung_up = select.POLLHUP | select.POLLERR | select.POLLNVAL
        found = poll.poll(500)
        orchestrator_gone = any(event & hung_up for _, event in found)
        if found and not orchestrator_gone:
            time.sleep(0.1)  # Darwin also reports unread data, immediately and repeatedly
        # A stage that was killed alone may leave its ffmpeg behind.
        stage_gone = os.getppid() != parent
        if orchestrator_gone or stage_gone:
            os.killpg(os.getpgrp(), signal.SIGKILL)
