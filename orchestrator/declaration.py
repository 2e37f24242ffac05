"""The words in which a stage is declared: parameters, inputs, outputs, backends, resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Device = Literal["cpu", "cuda", "mps", "mlx"]


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a stage.

    `affects` says whether it changes the result (then it is part of the store key) or only the speed.
    `load` marks what the runner needs to load its model: workers are shared only where these are equal.
    """

    name: str
    default: Any = None
    affects: Literal["result", "speed"] = "result"
    load: bool = False
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input: `source` is `stage.output`, or `film` for the film itself.

    An optional input whose stage is off is simply not passed.
    """

    name: str
    source: str
    optional: bool = False


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
    `orchestrator.models` resolves it for. `stall_s` is how many seconds without progress are a stall.
    `batch_floor` is the smallest batch an out-of-memory may shrink `batch_size` to. `off` is why a declared stage cannot run yet.
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

    def defaults(self) -> dict[str, Any]:
        """Every parameter with its default."""
        return {param.name: param.default for param in self.params}

    def upstream(self) -> tuple[str, ...]:
        """Names of the stages this one reads from, without repeats, in the order of its inputs."""
        return tuple(dict.fromkeys(i.source.split(".")[0] for i in self.inputs if i.source != "film"))
