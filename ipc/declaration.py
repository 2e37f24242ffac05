"""The words in which a stage is declared: parameters with their options, inputs, outputs, backends, resources.

Both sides read a declaration, so it needs nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Device = Literal["cpu", "cuda", "mps", "mlx"]


class Problem(NamedTuple):
    """What is wrong with a value, to stand behind the words it was given in; and what to do."""

    why: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Cli:
    """How a user sets a value: as `--NAME`, in a job file, in the environment, in the configuration file.

    `name` has hyphens; where it is empty, it is the parameter's own. `type` is that of the value; where it is None, that of the
    default. An option of type `bool` is also given as `--no-NAME`. `unset` says what happens where nobody sets it, where the
    default does not say it. `least` and `most` bound a number. `words` are texts that stand for another value (`auto` for None).
    `check` gives what is wrong with a value, or None. `example` is a value to begin with, `short` a one-letter form. `run_only`
    options mean nothing to a plan.

    Parameters of several stages that one option sets share one Cli, whose `help` then stands for theirs.
    """

    name: str = ""
    help: str = ""
    group: str = "speech"
    type: type | None = None
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    least: float | None = None
    most: float | None = None
    example: Any = None
    unset: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], Problem | None] | None = None
    short: str = ""
    run_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a stage.

    `affects` says whether it changes the result (then it is part of the store key) or only the speed.
    `load` marks what the runner needs to load its model: workers are shared only where these are equal.
    The value of a `file` is the path of one: what it holds is part of the key, not where it lies.
    `cli` makes an option of it, with `help` and `default`.
    """

    name: str
    default: Any = None
    affects: Literal["result", "speed"] = "result"
    load: bool = False
    file: bool = False
    help: str = ""
    cli: Cli | None = None


@dataclass(frozen=True, kw_only=True)
class Switch:
    """The option by which a user turns a stage on or off. It stays on where its parameter `unless` is set."""

    help: str
    cli: Cli
    unless: str = ""


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input: `source` is `stage.output`, or `film` for the film itself.

    Where the stage of `source` is off, `otherwise` is read instead; an optional input without that is simply not passed.
    """

    name: str
    source: str
    optional: bool = False
    otherwise: str = ""

    def sources(self) -> tuple[str, ...]:
        """Where it may come from, the best first."""
        return (self.source, self.otherwise) if self.otherwise else (self.source,)


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output of one of `ipc.schemas.KINDS`; `filename` only for the kind `file`.

    `external` outputs are not kept in the store: they are written at their place (a muxed film), and the
    store remembers path and digest.
    """

    name: str
    kind: str
    filename: str = ""
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One way to run a stage: on `device`, in environment `env`, by module `runner`.

    `only` and `never` are the ids of models that it alone can, or cannot, run. The result of one that is `checked` is compared
    with the CPU's on a reference recording before it is used. `on_request` is used only when asked for by name. `framework` is the
    one that answers for the device, where several of the environment do. A worker
    is replaced after `runs` runs (0: never). `packages` are those whose version changes this backend's results, besides the stage's.
    """

    device: Device
    env: str
    runner: str
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    checked: bool = False
    on_request: bool = False
    runs: int = 0
    framework: str = ""
    packages: tuple[str, ...] = ()


def on(device: Device, runner: str, env: str, **facts: Any) -> Backend:
    """The backend that runs `stage_runners.<runner>` on `device` in `env`."""
    return Backend(device=device, env=env, runner=f"stage_runners.{runner}", **facts)


def on_cpu(runner: str, env: str) -> tuple[Backend, ...]:
    """The only backend of a stage that gains nothing on an accelerator."""
    return (on("cpu", runner, env),)


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a stage leases: cores it can use at most, and memory at its peak in MB."""

    cores: int
    memory_mb: int
    vram_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The declaration of a stage.

    `backends` stand in order of preference. `packages` are those whose locked version changes the result.
    `model` is the parameter that names the stage's model, `model_role` the role that
    `orchestrator.models.resolve` resolves it for. `stall_s` is how many seconds without progress are a stall.
    `batch_floor` is the smallest batch an out-of-memory may shrink `batch_size` to. `off` is why it does not run unless asked, `switch`
    the option that turns it on or off. `thresholds` are frozen dataclasses of numbers that its method uses and no parameter sets:
    their values are part of the store key.
    `secrets` are the variables with a credential that its process gets, and no other stage's does.
    A name with a hyphen is one of several instances of a stage: `subtitles-en` of `subtitles`.
    """

    name: str
    version: int
    backends: tuple[Backend, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    params: tuple[Param, ...] = ()
    resources: Resources = Resources(cores=1, memory_mb=500)
    batch_floor: int | None = None
    stall_s: float = 300.0
    packages: tuple[str, ...] = ()
    model: str | None = None
    model_role: str | None = None
    off: str = ""
    switch: Switch | None = None
    thresholds: tuple[Any, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The name that its runner knows it by, and that options and tables name it by."""
        return self.name.partition("-")[0]

    def defaults(self) -> dict[str, Any]:
        """Every parameter with its default."""
        return {param.name: param.default for param in self.params}

    def upstream(self) -> tuple[str, ...]:
        """Names of the stages this one reads from, without repeats, in the order of its inputs."""
        sources = (source for i in self.inputs for source in i.sources() if source != "film")
        return tuple(dict.fromkeys(source.split(".")[0] for source in sources))
