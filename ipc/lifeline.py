"""No orphans: when the orchestrator dies, every process of the stage dies, whatever it is doing.

The orchestrator holds the other end of the child's stdin and never closes it while it lives. A watcher process,
forked before anything heavy is imported, waits for that end to close and then kills the whole process group. A
thread could not do it: `import torch` holds the interpreter's lock for seconds on a cold disk.
PR_SET_PDEATHSIG is no way either: it fires when the starting thread ends, and macOS has none.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time


def watch(descriptor: int, close: tuple[int, ...] = ()) -> None:
    """Kill this process's group once `descriptor`, the read end of a pipe, is hung up, or once this process has ended.

    Call it as the leader of the group, with one thread, once. `close` are descriptors that the watcher must not keep open.
    It cannot be called off: a clean exit may be the answer to the very hang-up that it waits for, and what the stage had
    started would be left.
    """
    parent = os.getpid()
    if os.fork() == 0:
        try:
            _wait_for_hangup(descriptor, parent, close)
        finally:
            os._exit(0)


def _wait_for_hangup(descriptor: int, parent: int, close: tuple[int, ...]) -> None:
    # SIGINT and SIGTERM are the stage's to answer; the watcher goes when the stage has gone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    for number in close:
        with contextlib.suppress(OSError):
            os.close(number)
    poll = select.poll()
    # No interest in data, only in hang-up and errors. Darwin watches nothing where nothing is asked for, so it is asked for.
    poll.register(descriptor, select.POLLHUP)
    while True:
        hung_up = select.POLLHUP | select.POLLERR | select.POLLNVAL
        found = poll.poll(500)
        orchestrator_gone = any(event & hung_up for _, event in found)
        if found and not orchestrator_gone:
            time.sleep(0.1)  # Darwin also tells of unread data, at once and again
        # A stage that was killed alone leaves its ffmpeg behind.
        stage_gone = os.getppid() != parent
        if orchestrator_gone or stage_gone:
            os.killpg(os.getpgrp(), signal.SIGKILL)
