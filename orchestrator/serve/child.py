"""The runner's process: `orchestrator run`, ended by TERM when the service is gone, whatever ended that.

    python -P -m orchestrator.serve.child LIFELINE LOCK run --json --films-from - ...

LIFELINE is the reading end of a pipe whose other end the service holds open while it lives. A watcher, forked
before anything is imported, waits for it to close. It sends TERM, so that the run can stop its stages and
record that; whoever is left after `PATIENCE_S` is killed. LOCK is a locked file, which the process keeps open
while it lives: the next service starts its runner when this one has ended. The films' results are complete
or not there, even if all of this is killed (docs/architecture.md, "The store").
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

PATIENCE_S = 20.0
_LOOK_MS = 500
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def main() -> int:
    """Watch over this process, and run the command line."""
    lifeline, lock, *words = sys.argv[1:]
    niceness = os.environ.pop("ORCHESTRATOR_SERVE_NICE", "")
    os.setpgid(0, 0)  # Ctrl-C in the service's terminal is for the service, which ends this process itself
    if niceness.isdigit():
        with contextlib.suppress(OSError):
            os.nice(int(niceness))
    watch(int(lifeline), close=int(lock))
    os.set_inheritable(int(lock), False)  # held by this process, and not by the stages that it starts
    os.close(int(lifeline))
    import runpy

    sys.argv = ["orchestrator", *words]
    runpy.run_module("orchestrator", run_name="__main__", alter_sys=True)  # above this room in the layers
    return 0


def watch(lifeline: int, *, close: int, patience_s: float = PATIENCE_S) -> None:
    """Fork the watcher: it ends this process's group when the other end of `lifeline` closes.

    `close` is a descriptor that the watcher must not keep open.
    """
    watched = os.getpid()
    if os.fork():
        return
    try:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_IGN)  # sent to the group; the process itself decides
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.close(close)
        if _closed(lifeline, watched):
            os.kill(watched, signal.SIGTERM)
            until = time.monotonic() + patience_s
            while os.getppid() == watched and time.monotonic() < until:
                time.sleep(0.1)
            if os.getppid() == watched:
                os.killpg(watched, signal.SIGKILL)
    finally:
        os._exit(0)


def _closed(lifeline: int, watched: int) -> bool:
    """Wait until the lifeline closes; False if the watched process ended before."""
    poll = select.poll()
    poll.register(lifeline, select.POLLHUP)  # Darwin reports nothing unless an event is requested
    while os.getppid() == watched:
        if any(event & _GONE for _, event in poll.poll(_LOOK_MS)):
            return os.getppid() == watched
    return False


if __name__ == "__main__":
    sys.exit(main())
