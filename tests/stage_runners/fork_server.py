"""A process that has imported what is slow to import, and forks a process for each job.

`fork_server.py LISTENER PLACE SESSION MODULE...` imports the modules, and serves until the file PLACE, its
socket's address, is gone, or the process SESSION. A job is a line of JSON on a connection to the socket: a
module to run as `__main__` with arguments, its environment, and files for stdout and stderr. The answer is a
line: the exit status, and the job's processor seconds. A job ends if its connection does.
`tests.stage_runners.processes` starts servers and sends jobs.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path


def main(listener: socket.socket, place: Path, session: int, modules: list[str]) -> None:
    """Serve all workers of a test session, several jobs at a time."""
    if os.fork():
        os._exit(0)  # whoever started this waits for nothing
    for name in modules:
        importlib.import_module(name)
    while place.exists() and _lives(session):
        if select.select([listener], [], [], 0.5)[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _attend(connection)
                os._exit(0)
            connection.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    shutil.rmtree(place.parent, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _attend(connection: socket.socket) -> None:
    """Do the job of a connection in a process group of its own, and answer."""
    job = json.loads(connection.makefile().readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.setsid()
        os._exit(_run(job))
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            answer = f"{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime}\n"
            connection.sendall(answer.encode())
            return
        if select.select([connection], [], [], 0.005)[0]:  # nothing follows a job but the end
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            return


def _run(job: dict) -> int:
    """Do one job in a forked process; returns its exit status."""
    for descriptor, path in ((0, os.devnull), (1, job["stdout"]), (2, job["stderr"])):
        file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(file, descriptor)
        os.close(file)
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.argv = [job["module"], *job["arguments"]]
    status = 0
    try:
        runpy.run_module(job["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # whatever a job raises is its result
        traceback.print_exc()
        status = 1
    # What a process does at its end, before `os._exit`: it waits for its threads, and cleans up.
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    _, descriptor, place, session, *modules = sys.argv
    main(socket.socket(fileno=int(descriptor)), Path(place), int(session), modules)
