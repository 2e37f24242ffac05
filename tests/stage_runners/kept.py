"""A stage's process for many runs, like the orchestrator's workers: a start costs more than a run."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ipc.artifacts import read
from ipc.protocol import EVENTS_FD, Error, Event, Hello, Load, Log, Ready, Result, Run, decode_event, encode
from orchestrator.stages.catalog import STAGES
from tests.stage_runners.spec import ROOT, python_of


@dataclass
class Outcome:
    """How a run ended: its last event, what it said to people meanwhile, and where its outputs are."""

    end: Result | Error
    said: list[str]
    out: Path
    raw: bytes

    def read(self, name, kind):
        """An output of a run that ended well."""
        assert isinstance(self.end, Result), self.end
        return read(self.out / f"{name}.parquet", kind)


class Kept:
    """A process of stage `name` in its environment, with `environment` besides this one's variables."""

    def __init__(self, name, environment=None):
        self.stage = STAGES[name]
        backend = next(b for b in self.stage.backends if b.device == "cpu")
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [python_of(backend.env), "-P", "-m", "ipc.child", backend.runner],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[writing],
            env={**os.environ, **(environment or {}), EVENTS_FD: str(writing), "PYTHONPATH": str(ROOT)},
            start_new_session=True,  # at the end of its stdin it ends its whole process group
        )
        os.close(writing)
        self.events = os.fdopen(reading, "rb")
        self._until(Hello)
        self._send(Load(params=self.stage.defaults(), device="cpu"))
        self._until(Ready)

    def run(self, inputs, folder, **params):
        """Run once; outputs go to a new folder in `folder`."""
        out = folder / f"out-{len(list(folder.glob('out-*')))}"
        out.mkdir(parents=True)
        self._send(
            Run(
                job="test",
                params={**self.stage.defaults(), **params},
                inputs={key: str(path) for key, path in inputs.items()},
                outputs={o.name: {"kind": o.kind, "filename": o.filename} for o in self.stage.outputs},
                output_dir=str(out),
            )
        )
        events, raw = self._until(Result, Error)
        said = [event.message for event in events if isinstance(event, Log)]
        return Outcome(events[-1], said, out, raw)

    def close(self):
        """End the process; returns what it wrote to stderr."""
        self.process.stdin.close()
        errors = self.process.stderr.read()
        self.process.wait(10)
        self.process.stderr.close()
        self.events.close()
        return errors.decode()

    def _send(self, command):
        self.process.stdin.write(encode(command))
        self.process.stdin.flush()

    def _until(self, *kinds) -> tuple[list[Event], bytes]:
        events, raw = [], b""
        for line in self.events:
            raw += line
            events.append(decode_event(line))
            if isinstance(events[-1], kinds):
                return events, raw
        raise AssertionError(f"the process ended: {self.process.stderr.read().decode()}")
