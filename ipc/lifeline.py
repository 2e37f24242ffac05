"""Kills every process of a stage when the orchestrator dies, whatever they are doing, stopped ones too.

The orchestrator holds the other end of the child's stdin and never closes it while it lives. Two watcher
processes, forked before any heavy import, wait for that end to close and then kill the process group. A
thread could not do it: `import torch` holds the interpreter's lock for seconds on a cold disk.
PR_SET_PDEATHSIG does not work either: it fires when the starting thread ends, and macOS does not have it.

One watcher belongs to the stage's process group. The other has a group of its own, so that a signal to the
stage's group, such as SIGSTOP, does not reach it. Each does the whole work if the other was killed or
stopped. See docs/decisions/2026-11-21-lifeline.md.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time

_LOOK_MS = 500
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def watch(descriptor: int, close: tuple[int, ...] = ()) -> None:
    """Kill this process's group when the other end of the pipe `descriptor` closes or this process ends.

    Call it once, as the leader of the group and its session, with one thread. `close` are descriptors that
    the watchers must not keep open. The watch cannot be cancelled: even after a clean exit, processes that
    the stage started may be left.
    """
    stage = os.getpid()
    for outside in (True, False):
        watcher = os.fork()
        if watcher and outside:
            os.setpgid(watcher, watcher)  # the watcher does so too: whoever comes first
        elif not watcher:
            try:
                _prepare(close, outside=outside)
                _wait_for_hangup(descriptor, stage)
                os.killpg(stage, signal.SIGKILL)
            finally:
                os._exit(0)


def _prepare(close: tuple[int, ...], *, outside: bool) -> None:
    # The stage handles SIGINT and SIGTERM; the watchers end with the stage.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if outside:
        # In the same session: if this process is stopped when the stage ends, the kernel sends it SIGHUP and
        # SIGCONT, because its group is orphaned by that. So it wakes up, and the number of the stage's group
        # cannot mean another group yet.
        os.setpgid(0, 0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    for number in close:
        with contextlib.suppress(OSError):
            os.close(number)


def _wait_for_hangup(descriptor: int, stage: int) -> None:
    poll = select.poll()
    # Only hang-up and errors matter, not data. Darwin reports nothing unless an event is requested.
    poll.register(descriptor, select.POLLHUP)
    while True:
        found = poll.poll(_LOOK_MS)
        orchestrator_gone = any(event & _GONE for _, event in found)
        # A stage that was killed alone may leave its ffmpeg behind.
        stage_gone = os.getppid() != stage
        if orchestrator_gone or stage_gone:
            return
        if found:
            time.sleep(0.1)  # Darwin also reports unread data, immediately and repeatedly
