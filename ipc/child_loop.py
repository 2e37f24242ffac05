"""The child's loop: one runner in one process, which carries out commands until it is told to end.

With a descriptor for events (`ORCHESTRATOR_EVENTS_FD`), commands come on stdin and events go to that
descriptor. Without it, events are printed, and `--spec FILE` (a JSON object with the messages `load` and
`run`) runs once, to debug a stage by hand. `ipc.child` starts the loop.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import json
import os
import platform
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ipc import CONTRACT, arrow, cpu, memory, thread_pools
from ipc.classify_error import to_event
from ipc.console import print_event
from ipc.context import Context
from ipc.errors import StageError
from ipc.protocol import (
    EVENTS_FD,
    Become,
    Cancel,
    Command,
    Error,
    Event,
    Heartbeat,
    Hello,
    Load,
    Metric,
    Ready,
    Result,
    Run,
    Shutdown,
    Started,
    decode_command,
    encode,
    from_dict,
)

_HEARTBEAT_SECONDS = 1.0


class Child:
    """One runner in one process. `emit` sends an event; it may be called from any thread."""

    def __init__(self, runner: str, emit: Callable[[Event], None]) -> None:
        self.emit = emit
        self.cancelled = threading.Event()
        self._variables = dict(os.environ)
        self._module = _import(runner)
        self._runner = runner
        self._load: Load | None = None
        self._model: Any = None
        self._cpu_reported = 0.0

    def hello(self) -> None:
        """Identify the runner; the orchestrator compares this with its declaration."""
        self.emit(
            Hello(
                runner=self._runner,
                stage=self._module.STAGE.base,
                version=self._module.STAGE.version,
                pid=os.getpid(),
                python=platform.python_version(),
                contract=CONTRACT,
            )
        )

    def become(self, command: Become) -> None:
        """Serve another runner from now on, with what this process has imported already."""
        self._model = self._load = None
        memory.release()
        memory.forget_peak()
        self._cpu_reported = cpu.seconds()
        _write_output_to(command.log)
        self._variables |= command.variables
        os.environ.update(self._variables)  # a stage may have changed one, such as the ban on pickled code
        thread_pools.resize(command.variables)
        self._module, self._runner = _import(command.runner), command.runner
        self.hello()

    def load(self, command: Load) -> None:
        """Load the model, once for any number of runs."""
        started = time.monotonic()
        arrow.prepare()
        params = {**command.params, "_model": command.model, "_threads": command.threads}
        self._model = self._module.load(params, command.device)
        self._load = command
        self.emit(Ready(seconds=time.monotonic() - started))

    def run(self, command: Run) -> None:
        """Run once, from `started` to `result`."""
        if self._load is None:
            raise StageError("contract", "the command `run` came before `load`")
        self.cancelled.clear()
        started = time.monotonic()
        self.emit(Started(job=command.job))
        stage = self._module.STAGE
        context = Context(stage.base, stage.version, self._load, command, self.emit, self.cancelled)
        inputs = {name: Path(path) for name, path in command.inputs.items()}
        try:
            self._module.run(self._model, inputs, context)
            context.finish()
        finally:
            context.clean()
        self.emit(Metric(name="cpu_seconds", value=self._cpu_since_the_last_run(), unit="s"))
        self.emit(
            Result(
                job=command.job,
                seconds=time.monotonic() - started,
                method=context.method,
                degraded=tuple(context.reasons),
                facts=context.facts,
            )
        )

    def _cpu_since_the_last_run(self) -> float:
        """CPU seconds since the last result of this process; the first one includes imports and loading."""
        before, self._cpu_reported = self._cpu_reported, cpu.seconds()
        return round(self._cpu_reported - before, 3)

    def obey(self, command: Command) -> bool:
        """Carry out one command; return False on `shutdown`, and where the process is of no more use.

        A failure becomes an `error` event.
        """
        job = command.job if isinstance(command, Run) else ""
        failure: Error | None = None
        try:
            if isinstance(command, Become):
                self.become(command)
            elif isinstance(command, Load):
                self.load(command)
            elif isinstance(command, Run):
                self.run(command)
        except Exception as error:
            failure = to_event(error, job)
        if failure is not None:  # outside the handler, so that the frames' memory is free
            if failure.category in {"oom_device", "oom_host"}:
                memory.release()
            self.emit(failure)
            if isinstance(command, Become):
                return False
        return not isinstance(command, Shutdown)


def main(argv: Sequence[str]) -> int:
    """Run the runner in `argv`, once or until `shutdown`; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ipc.child", description=__doc__.splitlines()[0])
    parser.add_argument("runner", help="module of the stage, such as stage_runners.media.demux")
    parser.add_argument("--spec", help="JSON file with `load` and `run`: run once, print events, end")
    parser.add_argument("--pdb", action="store_true", help="with --spec: a failure opens the debugger")
    arguments = parser.parse_args(argv)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    descriptor = os.environ.pop(EVENTS_FD, None)
    if arguments.spec:
        return _once(arguments.runner, Path(arguments.spec), debug=arguments.pdb)
    if descriptor is None:
        return _serve(arguments.runner, print_event)
    events = int(descriptor)
    os.set_inheritable(events, False)  # a surviving grandchild must not keep the channel open
    lock = threading.Lock()

    def emit(event: Event) -> None:
        line = memoryview(encode(event))
        with lock:
            while line:
                line = line[os.write(events, line) :]

    threading.Thread(target=_beat, args=(emit,), daemon=True, name="heartbeat").start()
    return _serve(arguments.runner, emit)


def _serve(runner: str, emit: Callable[[Event], None]) -> int:
    """Carry out the commands on stdin until `shutdown` or its end."""
    commands: queue.SimpleQueue[Command | Exception | None] = queue.SimpleQueue()
    try:
        child = Child(runner, emit)
    except Exception as error:
        emit(to_event(error))
        return 1
    child.hello()
    threading.Thread(target=_listen, args=(commands, child.cancelled), daemon=True, name="commands").start()
    while True:
        command = commands.get()
        if isinstance(command, Exception):
            emit(to_event(command))
        elif command is None or not child.obey(command):
            return 0


def _once(runner: str, spec: Path, *, debug: bool) -> int:
    body = json.loads(spec.read_text())
    try:
        child = Child(runner, print_event)
        child.hello()
        child.load(from_dict(Load, body["load"]))
        child.run(from_dict(Run, body["run"]))
    except Exception as error:
        print_event(to_event(error))
        if debug:
            import pdb  # noqa: T100 - the user asked for it

            pdb.post_mortem(error.__traceback__)
        return 1
    return 0


def _listen(commands: queue.SimpleQueue[Command | Exception | None], cancelled: threading.Event) -> None:
    # The raw descriptor, because a runner, or pdb, may use sys.stdin.
    with os.fdopen(os.dup(0), "rb") as stream:
        for line in stream:
            try:
                command = decode_command(line)
            except StageError as error:
                commands.put(error)
                continue
            if isinstance(command, Cancel):
                cancelled.set()
            else:
                commands.put(command)
    commands.put(None)


def _write_output_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    for number in (1, 2):
        os.dup2(descriptor, number)
    os.close(descriptor)


def _import(runner: str) -> Any:
    module = importlib.import_module(runner)
    if missing := [name for name in ("STAGE", "load", "run") if not hasattr(module, name)]:
        raise StageError("contract", f"{runner} is not a runner: it lacks {', '.join(missing)}")
    return module


def _beat(emit: Callable[[Event], None]) -> None:
    while True:
        emit(
            Heartbeat(
                rss=memory.rss(),
                peak_rss=memory.peak_rss(),
                vram=memory.vram(),
                size=memory.size(),
                limit=memory.limit(),
            )
        )
        time.sleep(_HEARTBEAT_SECONDS)
