"""One stage process: what it says arrives whole, and nothing that it started outlives it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipc.protocol import Error, Hello, Log, Shutdown
from orchestrator.execution.worker import ProcessEnded, WorkerProcess

SAY = (
    "import os, sys; fd = int(os.environ['ORCHESTRATOR_EVENTS_FD']); "
    "say = lambda text: os.write(fd, text.encode()); "
)
ROOT = Path(__file__).resolve().parents[3]
LINE = '{"v": 1, "msg": "log", "level": "info", "message": "%s"}'


@pytest.fixture
def posts():
    return queue.SimpleQueue()


@pytest.fixture
def start(tmp_path, posts):
    made = []

    def starter(code):
        made.append(WorkerProcess([sys.executable, "-c", SAY + code], os.environ, tmp_path / "log", posts))
        return made[-1]

    yield starter
    for worker in made:
        worker.stop(at_once=True)
        assert worker.wait(5)


def all_of(posts):
    found = []
    while not isinstance(event := posts.get(timeout=20)[1], ProcessEnded):
        found.append(event)
    return [*found, event]


def alive(pid):
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")


def test_every_event_is_read_before_the_end_is_reported(start, posts):
    start(f"[say({LINE!r} % n + '\\n') for n in range(1000)]; sys.exit(3)")
    events = all_of(posts)
    assert [event.message for event in events[:-1]] == [str(n) for n in range(1000)]
    assert events[-1] == ProcessEnded(3)


def test_a_line_truncated_by_a_kill_is_ignored(start, posts):
    start(f"say({LINE!r} % 'whole' + '\\n' + {LINE!r}[:20]); os.kill(os.getpid(), 9)")
    assert all_of(posts) == [Log(level="info", message="whole"), ProcessEnded(-9)]


def test_an_invalid_message_is_a_contract_error(start, posts):
    start("say('hello\\n')")
    first = all_of(posts)[0]
    assert isinstance(first, Error)
    assert first.category == "contract"
    assert "hello" in first.message


def test_the_log_holds_printed_text_and_the_traceback_of_an_error(start, posts):
    worker = start(
        "print('printed', flush=True); "
        """say('{"v":1,"msg":"error","category":"crash","type":"E","message":"m","""
        """"traceback":"Traceback: here"}\\n')"""
    )
    all_of(posts)
    assert worker.log.read_text() == "printed\nTraceback: here"
    assert worker.tail() == "", "what was told as an error is not how a process ended"


def test_child_processes_of_a_worker_die_with_it(start, posts):
    start(f"import subprocess; say({LINE!r} % subprocess.Popen(['sleep', '600']).pid + '\\n')")
    pid = int(all_of(posts)[0].message)
    deadline = time.monotonic() + 2
    while (
        alive(pid) and time.monotonic() < deadline
    ):  # killed already, but the system takes its time to end it
        time.sleep(0.02)
    assert not alive(pid)


def test_a_detached_process_that_holds_the_pipe_delays_the_end_only_briefly(start, posts):
    start(
        "import time; pid = os.fork(); (os.setsid(), time.sleep(20)) if pid == 0 "
        f"else say({LINE!r} % pid + '\\n')"
    )
    started = time.monotonic()
    pid = int(all_of(posts)[0].message)
    assert time.monotonic() - started < 10
    os.kill(pid, signal.SIGKILL)


def test_a_process_that_ignores_signals_is_killed(start, posts):
    worker = start(
        "import signal, time; signal.signal(15, signal.SIG_IGN); say('x' * 1 + '\\n'); time.sleep(600)"
    )
    posts.get(timeout=20)
    worker.stop()
    worker.stop()
    assert worker.wait(5)
    assert all_of(posts) == [ProcessEnded(-9)]


def test_two_workers_do_not_hold_each_others_commands_open(start, posts):
    # The second would keep the first one's stdin open, and its end would never come.
    first = start("sys.stdin.read()")
    start("sys.stdin.read()")
    first._process.stdin.close()
    assert first.wait(5)


def test_a_command_to_an_ended_worker_has_no_effect(start, posts):
    worker = start("pass")
    all_of(posts)
    worker.send(Shutdown())
    worker.stop()
    worker.stop(at_once=True)
    assert worker.wait(1)


def test_a_child_killed_during_its_imports_leaves_no_process(tmp_path, posts):
    (tmp_path / "slow.py").write_text("import time; time.sleep(600)")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-P", "-m", "ipc.child", "slow"]
    worker = WorkerProcess(command, environment, tmp_path / "log", posts)
    time.sleep(0.5)
    worker.stop()
    assert worker.wait(5)
    assert not isinstance(posts.get(timeout=1)[1], Hello)
    groups = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in groups.splitlines()]
    assert not [row for row in rows if row[0] == str(worker.pid) and not row[1].startswith("Z")]


def test_a_worker_starts_in_the_folder_of_its_log_because_the_user_s_may_be_gone(start, posts):
    worker = start("import os; print(os.getcwd(), flush=True)")
    all_of(posts)
    assert worker.tail() == str(worker.log.parent)
