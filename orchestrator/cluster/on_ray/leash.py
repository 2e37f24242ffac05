"""Ends a program when whoever started it is gone: `python leash.py DESCRIPTOR PROGRAM ARGUMENT ...`.

A worker's process may be killed at any time, by Ray or with its machine's Ray. The program, which reads films
from its standard input, would take the end of that for "no more films" and go on for hours. So this process
stands between: when the other end of the pipe DESCRIPTOR closes, it asks the program to stop, and kills it
ten seconds later. A thread's death ends nothing here, as PR_SET_PDEATHSIG would, and it works on macOS too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

PATIENCE_S = 10.0


def main(words: list[str]) -> int:
    """Run the program to its end; returns its exit status, or 128 and the signal that ended it."""
    descriptor, command = int(words[0]), words[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with subprocess.Popen(command, close_fds=True, cwd=None) as program:
        for number in (0, 1):  # the pipes are the program's now: only its end closes them
            os.close(number)
        threading.Thread(target=_watch, args=(descriptor, program), daemon=True).start()
        status = program.wait()
    return status if status >= 0 else 128 - status


def _watch(descriptor: int, program: subprocess.Popen[bytes]) -> None:
    while os.read(descriptor, 1):
        pass
    program.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(PATIENCE_S)
        return
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
