"""Messages between the orchestrator and a stage's process: JSON lines, each with the protocol version.

The child sends events on a separate descriptor and receives commands on stdin. Each message is a frozen
dataclass. `encode` makes its line; `decode_event` and `decode_command` read one, and reject anything that
breaks the contract. Standard library only.

The events are `hello`, then for every `become` another `hello`, for every `load` one `ready`, for every `run`
one `started`, any number of `progress`, `metric`, `log`, `artifact`, and exactly one `result` or `error`.
`heartbeat` may come at any time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ipc import json_text
from ipc.errors import CATEGORIES, ContractError
from ipc.parsing import json_of

PROTOCOL = 1
EVENTS_FD = "ORCHESTRATOR_EVENTS_FD"
"""Environment variable with the descriptor for events; without it, events are printed."""


@dataclass(frozen=True, kw_only=True)
class Hello:
    """The first event, which identifies the child."""

    runner: str
    stage: str
    version: int
    pid: int
    python: str
    contract: int


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The model is loaded; loading took `seconds`."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Started:
    """A run began."""

    job: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`done` of `total` in `unit` (`s` for seconds of film); `total` 0 if unknown."""

    phase: str
    done: float
    total: float
    unit: str = "s"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measured figure."""

    name: str
    value: float
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Log:
    """A message for the user. `level` is `info` or `warning`."""

    level: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """Memory of the child, in bytes: now and at its peak, and of the accelerator.

    `size` is its address space and `limit` the maximum of that (`ulimit -v`), each 0 if unknown.
    """

    rss: int
    peak_rss: int
    vram: int = 0
    size: int = 0
    limit: int = 0


@dataclass(frozen=True, kw_only=True)
class ArtifactWritten:
    """An output is complete at `path`, with the digest of its content."""

    name: str
    kind: str
    path: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """The run ended well. `degraded` is why the result is degraded, or empty."""

    job: str
    seconds: float
    method: str
    degraded: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Error:
    """The load or the run failed; `category` is one of `ipc.errors.CATEGORIES`."""

    category: str
    type: str
    message: str
    traceback: str = ""
    hint: str = ""
    job: str = ""


@dataclass(frozen=True, kw_only=True)
class Become:
    """Forget the model and serve another `runner` of the same environment, instead of a new process.

    `variables` are those environment variables that differ for it, `log` is the file for its output. The
    answer is another `hello`.
    """

    runner: str
    log: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Load:
    """Load the model: the stage's `load` parameters, the device, the model, and the number of threads.

    `model` has id, revision and path of the resolved model, and is empty if there is none.
    """

    params: Mapping[str, Any]
    device: str
    threads: int = 1
    model: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Run once: `inputs` are paths by name, `outputs` declares kind and file name of each output by name.

    Outputs are written to the folder `output_dir`. `destination` is the path of the external output, which
    does not exist yet; the stage writes nothing else outside `output_dir`. `degraded` is why the result will
    be degraded whatever the stage does.
    """

    job: str
    params: Mapping[str, Any]
    inputs: Mapping[str, str]
    outputs: Mapping[str, Mapping[str, Any]]
    output_dir: str
    destination: str = ""
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Stop the run at the next `Context.check`."""


@dataclass(frozen=True, kw_only=True)
class Shutdown:
    """End with exit status 0 after the present run."""


Event = Hello | Ready | Started | Progress | Metric | Log | Heartbeat | ArtifactWritten | Result | Error
Command = Become | Load | Run | Cancel | Shutdown

_EVENTS: dict[str, type[Event]] = {
    "hello": Hello,
    "ready": Ready,
    "started": Started,
    "progress": Progress,
    "metric": Metric,
    "log": Log,
    "heartbeat": Heartbeat,
    "artifact": ArtifactWritten,
    "result": Result,
    "error": Error,
}
_COMMANDS: dict[str, type[Command]] = {
    "become": Become,
    "load": Load,
    "run": Run,
    "cancel": Cancel,
    "shutdown": Shutdown,
}
M = TypeVar("M")
_NAMES: dict[type, str] = {cls: name for table in (_EVENTS, _COMMANDS) for name, cls in table.items()}


def name_of(message: Event | Command) -> str:
    """The message's name in JSON."""
    return _NAMES[type(message)]


def encode(message: Event | Command) -> bytes:
    """One JSON line, protocol version and name first."""
    body = {"v": PROTOCOL, "msg": name_of(message), **dataclasses.asdict(message)}
    return json_text.dumps(body, separators=(",", ":")).encode() + b"\n"


def decode_event(line: bytes) -> Event:
    """Read one event; `ContractError` if it is not one of this protocol version."""
    return _decode(line, _EVENTS)


def decode_command(line: bytes) -> Command:
    """Read one command; `ContractError` if it is not one of this protocol version."""
    return _decode(line, _COMMANDS)


def _decode(line: bytes, table: Mapping[str, type[M]]) -> M:
    shown = line[:120].decode(errors="replace")
    try:
        body = json_of(line)
        version, name = body.pop("v"), body.pop("msg")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ContractError(f"not a message of the protocol: {shown!r}") from error
    if version != PROTOCOL:
        raise ContractError(f"message of protocol {version}, expected {PROTOCOL}: {shown!r}")
    if name not in table:
        raise ContractError(f"unknown message {name!r}, expected one of {', '.join(table)}")
    return from_dict(table[name], body)


def from_dict(cls: type[M], body: Mapping[str, Any]) -> M:
    """A message from its fields; `ContractError` names unknown or missing ones."""
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = body.keys() - fields.keys()
    missing = {
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    } - body.keys()
    if unknown or missing:
        raise ContractError(
            f"message {_NAMES[cls]!r}: unknown fields {sorted(unknown)}, missing fields {sorted(missing)}"
        )
    given = {name: tuple(value) if fields[name].default == () else value for name, value in body.items()}
    message = cls(**given)
    if isinstance(message, Error) and message.category not in CATEGORIES:
        raise ContractError(f"error of unknown category {message.category!r}")
    return message
