"""Each option with its value on this machine and the place that decided it: what `orchestrator config` and `prepare` tell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ipc.declaration import Stage
from orchestrator.config.flags import FLAGS, Flag
from orchestrator.config.values import Value
from orchestrator.stages.catalog import STAGES

if TYPE_CHECKING:
    from orchestrator.planning.choice import Choice

MACHINE = "this machine"
DEFAULT = "built-in default"
EMBEDDED = "embedded"
OPEN = {"model", "compute_type", "batch_size", "diarize_model"}
"""Options that the machine decides where nobody else does."""


class Ways(Protocol):
    """The ways to run a stage: of a plan's step, or of a stage alone."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Best first; empty where the stage is off."""

    @property
    def refused(self) -> tuple[str, ...]:
        """The devices that are not used, and why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An option: its value, the place that decided it, why, and what places of lower rank said. `flag` is None of a device."""

    key: str
    value: Any
    source: str
    why: str = ""
    shadowed: Sequence[Value] = ()
    flag: Flag | None = None

    @property
    def asked(self) -> bool:
        """Whether somebody said so: neither the machine nor a default."""
        return self.source not in {MACHINE, DEFAULT}


def rows(asked: argparse.Namespace, ways: Mapping[str, Ways]) -> Iterator[Row]:
    """Every option of arguments that were merged, then the device of every stage that has a choice of them."""
    for flag in FLAGS:
        yield _row(flag, asked, ways)
    for name, stage in STAGES.items():
        if name in ways and ways[name].choices and len(stage.backends) > 1:
            yield _device(stage, asked, ways[name])


def _row(flag: Flag, asked: argparse.Namespace, ways: Mapping[str, Ways]) -> Row:
    value, source = getattr(asked, flag.key), asked.sources.get(flag.key, DEFAULT)
    choice, param = _choice(flag, ways)
    why = ""
    if choice is not None:
        taken = choice.params.get(param)
        decided = value in (None, "auto", "default") and flag.key in OPEN
        value = _model(value, choice) if flag.key.endswith("model") else taken
        if decided:
            source = MACHINE
            why = choice.why if flag.key.endswith("model") else f"suits asr on {choice.backend.device} here"
    elif source == DEFAULT and flag.key in OPEN:
        source = MACHINE
    return Row(
        key=flag.key,
        value=value,
        source=source,
        why=why,
        shadowed=asked.shadowed.get(flag.key, ()),
        flag=flag,
    )


def _choice(flag: Flag, ways: Mapping[str, Ways]) -> tuple[Choice | None, str]:
    """The choice that says what became of the option, and the parameter it became."""
    if flag.key in OPEN or flag.key == "align_model":
        stage, param = flag.targets[0].split(".")
        if stage in ways and ways[stage].choices:
            return ways[stage].choices[0], param
    return None, ""


def _model(asked: Any, choice: Choice) -> str:
    """A name that gives the same model wherever it is said: the id, or a folder's absolute path."""
    from orchestrator.models.resolve import id_of

    model = choice.model
    if model is None:
        return str(asked)
    if not asked or asked == "auto":
        # `embedded` is the name that people give it; its id says which one that is.
        return EMBEDDED if model.id == id_of(model.role, EMBEDDED) else model.id
    folder = Path(str(asked)).expanduser()
    if model.path != Path() and folder.exists() and folder.resolve() == model.path:
        return str(folder.absolute())
    return str(asked)


def _device(stage: Stage, asked: argparse.Namespace, ways: Ways) -> Row:
    choice = ways.choices[0]
    own, general = asked.asks.get(stage.base), asked.asks.get("")
    said = own if own is not None else general
    counts = said is not None and choice.backend.device in said.devices
    key = f"device.{stage.name}"
    return Row(
        key=key,
        value=choice.backend.device,
        source=said.source if said is not None and counts else MACHINE,
        why=choice.why,
        shadowed=(*asked.shadowed.get(key, ()), *(asked.shadowed.get("device", ()))),
    )
