"""A process that has imported what is slow to import, and forks a process for each job.

`fork_server.py MODULE...` imports the modules. A job is a line of JSON on stdin: a module to run as
`__main__` with arguments, its environment, and files for stdout and stderr. The answer is a line on stdout:
the exit status. `tests.stage_runners.processes` starts servers and sends jobs.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import sys
import threading
import traceback


def main(modules: list[str]) -> None:
    """Serve until the end of stdin."""
    for name in modules:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_run(job))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


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
    main(sys.argv[1:])
