"""The classes that declare a stage: parameters with their options, inputs, outputs, backends, resources.

Standard library only, because both sides read declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ipc.reach import NEEDS_CONSENT, Reach
from ipc.thresholds import Thresholds

Device = Literal["cpu", "cuda", "mps", "mlx"]


class Problem(NamedTuple):
    """What is wrong with a value, to follow its name in a message; and the hint."""

    why: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Cli:
    """How users set a value: by `--NAME`, in a job file, in the environment, in the configuration file.

    `name` has hyphens; if it is empty, it is the parameter's own. `type` is that of the value; if it is None,
    that of the default. An option of type `bool` also has the form `--no-NAME`. `unset` describes the
    behaviour without the option, unless the default does. `least` and `most` bound a number. `words` are
    texts for other values (`auto` for None). `check` returns what is wrong with a value, or None. `example`
    is a value for a new job file, `short` a one-letter form. `run_only` options do not affect a plan. `reach`
    declares what a stranger could do with the option in a job file. `several` values have commas between
    them: the option may be given more than once, and a file may have a list.

    Other options by key: the value must not be more than that of one in `at_most`; it has no effect if one in
    `needs` is off or not set (of `a|b`, both), or if one in `unless` is set. `turns_on` is the stage that the
    option adds to a run.

    If one option sets parameters of several stages, they share one Cli, whose `help` replaces theirs.
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
    several: bool = False
    reach: Reach = NEEDS_CONSENT
    at_most: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    turns_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a stage.

    `affects` states whether it changes the result (then it is part of the store key) or only the speed.
    `load` marks parameters for loading the model: only workers with equal values are interchangeable. A
    `file` parameter is a path, or several: the content is part of the key, the path is not. `cli` makes it an
    option, with `help` and `default`.
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
    """The option that turns a stage on or off. The stage stays on if its parameter `unless` is set."""

    help: str
    cli: Cli
    unless: str = ""


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input: `source` is `stage.output`, or `film` for the film itself.

    If the stage of `source` is off, the first in `otherwise` is read whose stage is on; without any, an
    optional input is not passed.
    """

    name: str
    source: str
    optional: bool = False
    otherwise: str | tuple[str, ...] = ()

    def sources(self) -> tuple[str, ...]:
        """The possible sources, best first."""
        more = (self.otherwise,) if isinstance(self.otherwise, str) else self.otherwise
        return (self.source, *more)


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output of one of `ipc.schemas.KINDS`; `filename` only for the kind `file`.

    `external` outputs (a muxed film) are not in the store: they are written at their place, and the store
    records path and digest.
    """

    name: str
    kind: str
    filename: str = ""
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One way to run a stage: on `device`, in environment `env`, by module `runner`.

    `only` and `never` are the ids of models that it can run alone, or cannot run; `families` are the families
    of models that it can run (empty: those of every model of the stage). If `checked`, its results
    on a reference recording are compared with the CPU's before it is used. If `on_request`, it is used only
    when requested by name. `framework` reports whether the device works, if the environment has several. A
    worker is replaced after `runs` runs (0: never). `packages` are those whose version, and `thresholds`
    those that change this backend's results, besides the stage's.
    """

    device: Device
    env: str
    runner: str
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    checked: bool = False
    on_request: bool = False
    runs: int = 0
    framework: str = ""
    packages: tuple[str, ...] = ()
    thresholds: tuple[Thresholds, ...] = ()

    def takes(self, model_id: str, family: str = "") -> bool:
        """Return whether it can run this model; an empty id or family is one that is not chosen yet."""
        if self.families and family and family not in self.families:
            return False
        return model_id not in self.never and (not self.only or not model_id or model_id in self.only)


def on(device: Device, runner: str, env: str, **facts: Any) -> Backend:
    """The backend that runs `stage_runners.<runner>` on `device` in `env`."""
    return Backend(device=device, env=env, runner=f"stage_runners.{runner}", **facts)


def on_cpu(runner: str, env: str) -> tuple[Backend, ...]:
    """The only backend of a stage that an accelerator would not speed up."""
    return (on("cpu", runner, env),)


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources of a stage: the maximum of cores, and its peak memory in MB."""

    cores: int
    memory_mb: int
    vram_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The declaration of a stage.

    `backends` are in order of preference. The locked versions of `packages` change the result. `model` is the
    parameter that names the stage's model, `model_role` its role for `orchestrator.models.resolve`. `stall_s`
    is the limit of seconds without progress. `batch_floor` is the smallest `batch_size` after out-of-memory
    errors. `off` is why it does not run by default, `switch` the option that turns it on or off. `thresholds`
    are the numbers that its method uses and no parameter sets; their values are part of the store key. A
    `brief` stage takes longer to import its packages than to work: it waits for a process that has them.
    `secrets` are the variables with credentials that only its process gets. A name with a hyphen is an
    instance of a stage: `subtitles-en` of `subtitles`.
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
    thresholds: tuple[Thresholds, ...] = ()
    secrets: tuple[str, ...] = ()
    brief: bool = False

    @property
    def base(self) -> str:
        """The stage's name without an instance, as in runners, options and tables."""
        return self.name.partition("-")[0]

    @property
    def first_family(self) -> str:
        """The family of models of its first backend; empty if its backends run every model."""
        return next(iter(self.backends[0].families), "")

    def fitting(self, model_id: str = "", family: str = "") -> tuple[Backend, ...]:
        """The backends that can run a model; a model without a family is of the first backend's."""
        family = family or self.first_family
        return tuple(backend for backend in self.backends if backend.takes(model_id, family))

    def on_cpu(self, backend: Backend | None = None) -> Backend:
        """The backend that runs the models of `backend`, or of the first, on the CPU, else the last."""
        backend = backend or self.backends[0]
        same = (one for one in self.backends if one.device == "cpu" and one.families == backend.families)
        return next(same, self.backends[-1])

    def defaults(self) -> dict[str, Any]:
        """Every parameter with its default."""
        return {param.name: param.default for param in self.params}

    def upstream(self) -> tuple[str, ...]:
        """The stages that this one reads from, without repeats, in the order of its inputs."""
        sources = (source for i in self.inputs for source in i.sources() if source != "film")
        return tuple(dict.fromkeys(source.split(".")[0] for source in sources))
