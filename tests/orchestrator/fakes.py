"""Worker processes that are no processes: what the scheduler decides, without waiting for any of them."""

from __future__ import annotations

from pathlib import Path

from ipc import CONTRACT
from ipc.declaration import Backend, Input, Output, Param, Resources, Stage
from ipc.digests import file_digest
from ipc.protocol import ArtifactWritten, Become, Error, Hello, Load, Ready, Result, Run, Shutdown, Started
from orchestrator.execution.worker import ProcessEnded


def stage(name, *sources, version=1, stall_s=60.0, cores=1, memory_mb=100, **defaults):
    """A stage whose output is a file of its own name and its inputs' content."""
    return Stage(
        name=name,
        version=version,
        backends=(Backend(device="cpu", env="media", runner=f"fake.{name}"),),
        inputs=tuple(Input(name=s, source=s if s == "film" else f"{s}.out") for s in sources),
        outputs=(Output(name="out", kind="file", filename="out.txt"),),
        params=tuple(Param(name=n, default=v) for n, v in defaults.items()),
        resources=Resources(cores=cores, memory_mb=memory_mb),
        stall_s=stall_s,
    )


class Fake:
    """A worker that does what `on_load` and `on_run` say, at once; by default it succeeds."""

    def __init__(self, house, backend, threads, log, posts):
        self.house, self.backend, self.threads, self.log, self.posts = house, backend, threads, log, posts
        self.name = backend.runner.removeprefix("fake.")
        self.commands = []
        self.ended = False

    def say(self, *events):
        for event in events:
            self.posts.put((self, event))

    def exit(self, status=0):
        if not self.ended:
            self.ended = True
            self.say(ProcessEnded(status))

    def send(self, command):
        self.commands.append(command)
        if self.ended:
            return
        match command:
            case Become():
                self.name = command.runner.removeprefix("fake.")
            case Load():
                self.house.on_load(self)
            case Run():
                self.house.on_run(self, command)
            case Shutdown():
                self.exit()

    def stop(self, *, at_once=False):
        self.commands.append("kill" if at_once else "stop")
        self.house.on_stop(self, at_once=at_once)

    def write_to(self, log):
        self.log = log

    def dump_stacks(self):
        self.commands.append("dump")

    def wait(self, seconds):
        return self.ended

    def tail(self, lines=12):
        return "the last line"

    def hello(self, version=1):
        self.say(
            Hello(
                runner=self.backend.runner, stage=self.name, version=version, pid=1, python="3.11",
                contract=CONTRACT,
            )
        )  # fmt: skip

    def fail(self, category, message="it failed"):
        self.say(Error(category=category, type="StageError", message=message))

    def succeed(self, run):
        path = Path(run.output_dir) / "out.txt"
        text = "".join(Path(source).read_text() for source in run.inputs.values())
        path.write_text(f"{self.name}({text})")
        self.say(
            Started(job=run.job),
            ArtifactWritten(name="out", kind="file", path=str(path), digest=file_digest(path)),
            Result(job=run.job, seconds=0.1, method="fake", degraded=(), facts={}),
        )


class House:
    """Starts fakes and keeps them; a test overrides what they do."""

    def __init__(self):
        self.made = []

    def spawn(self, backend, threads, log, posts, extra=None):
        fake = Fake(self, backend, threads, log, posts)
        self.made.append(fake)
        return fake

    def of(self, name):
        return [fake for fake in self.made if fake.name == name]

    def on_load(self, fake):
        fake.hello()
        fake.say(Ready(seconds=0.0))

    def on_run(self, fake, run):
        fake.succeed(run)

    def on_stop(self, fake, *, at_once):
        fake.exit(-9 if at_once else 0)
