"""What the run and the process that speaks to Ray tell each other: one JSON object a line.

Both sides import this, so it needs the standard library only.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Connected:
    """Ray answers. `machines` is how many it has, the one with its head included."""

    address: str
    machines: int


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A worker was placed on `machine`, and waits to be taken; `facts` are those of the machine, as JSON."""

    worker: str
    machine: str
    facts: str
    resources: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Installed:
    """`./install.sh` ended on the worker's machine; `why` it failed, or nothing, and the facts after it."""

    worker: str
    why: str
    facts: str


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The worker's program was started: it takes films."""

    worker: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines that the worker's program printed."""

    worker: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Left:
    """A worker is gone, `lost` with its machine; `log` is the end of what its program printed.

    `never_joined` is the name of its machine if it could not even say what that has; it gets no other one.
    """

    worker: str
    lost: bool
    why: str
    status: int | None = None
    log: str = ""
    never_joined: str = ""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Ray cannot be used, or is gone."""

    why: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Accept:
    """Start the program on the worker's machine."""

    worker: str


@dataclass(frozen=True, kw_only=True)
class Install:
    """Run `./install.sh` on the worker's machine."""

    worker: str


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """End the worker, and start no other one on its machine."""

    worker: str


@dataclass(frozen=True, kw_only=True)
class Send:
    """A line for the worker's program; an empty one: there are no more films."""

    worker: str
    line: str


@dataclass(frozen=True, kw_only=True)
class End:
    """End all workers, and leave Ray."""


Message = (
    Connected | Joined | Installed | Ready | Lines | Left | Failed | Accept | Install | Refuse | Send | End
)
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (
        Connected, Joined, Installed, Ready, Lines, Left, Failed, Accept, Install, Refuse, Send, End,
    )
}  # fmt: skip


def to_line(message: Message) -> str:
    """One line, without its end."""
    return json.dumps({"message": type(message).__name__.lower(), **dataclasses.asdict(message)})


def of_line(line: str) -> Message:
    """The message in a line; `ValueError` if it holds none."""
    body = json.loads(line)
    if not isinstance(body, dict) or (kind := _KINDS.get(str(body.pop("message", "")))) is None:
        raise ValueError(line)
    if "lines" in body:
        body["lines"] = tuple(body["lines"])
    try:
        message: Message = kind(**body)
    except TypeError as error:
        raise ValueError(line) from error
    return message
