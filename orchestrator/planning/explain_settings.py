"""Lists each option with its value on this machine and the source of that value.

`orchestrator config` and `orchestrator prepare` show this list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ipc.declaration import Stage
from orchestrator.config.options import OPTIONS, Option
from orchestrator.config.settings import Settings
from orchestrator.config.values import Value
from orchestrator.stages.catalog import STAGES

if TYPE_CHECKING:
    from orchestrator.planning.choice import Choice, Refusal

MACHINE = "this machine"
DEFAULT = "built-in default"
EMBEDDED = "embedded"
OPEN = {"model", "compute_type", "batch_size", "diarize_model"}
"""Options that the machine decides if no source sets them."""


class Ways(Protocol):
    """The ways to run a stage: of a step in a plan, or of a stage alone."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Best first; empty if the stage is off."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The unusable devices, with reasons."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An option's value, its source and reason, and the values that it overrides.

    `option` is None for a device.
    """

    key: str
    value: Any
    source: str
    why: str = ""
    shadowed: Sequence[Value] = ()
    option: Option | None = None

    @property
    def asked(self) -> bool:
        """Return whether a source set it, rather than the machine or a default."""
        return self.source not in {MACHINE, DEFAULT}


def rows(settings: Settings, ways: Mapping[str, Ways]) -> Iterator[Row]:
    """Every option, then the device of every stage with several backends."""
    for option in OPTIONS:
        yield _row(option, settings, ways)
    for name, stage in STAGES.items():
        if name in ways and ways[name].choices and len(stage.backends) > 1:
            yield _device(stage, settings, ways[name])


def _row(option: Option, settings: Settings, ways: Mapping[str, Ways]) -> Row:
    value = settings.value(option.key)
    source = settings.chosen[option.key].source if option.key in settings.chosen else DEFAULT
    choice, param = _choice(option, ways)
    why = ""
    if choice is not None:
        taken = choice.params.get(param)
        decided = value in (None, "auto", "default") and option.key in OPEN
        value = _model(value, choice) if option.key.endswith("model") else taken
        if decided:
            source = MACHINE
            why = (
                choice.why
                if option.key.endswith("model")
                else f"recommended for asr on {choice.backend.device}"
            )
    elif source == DEFAULT and option.key in OPEN:
        source = MACHINE
    if value is None and isinstance(option.default, bool):
        value = option.default  # a switch that nobody set
    return Row(
        key=option.key,
        value=value,
        source=source,
        why=why,
        shadowed=settings.shadowed.get(option.key, ()),
        option=option,
    )


def _choice(option: Option, ways: Mapping[str, Ways]) -> tuple[Choice | None, str]:
    """The choice that decides the option, and the parameter that it sets."""
    if option.key in OPEN or option.key == "align_model":
        stage, param = option.targets[0]
        if stage in ways and ways[stage].choices:
            return ways[stage].choices[0], param
    return None, ""


def _model(asked: Any, choice: Choice) -> str:
    """A name that gives the same model from any folder: the id, or a folder's absolute path."""
    from orchestrator.models.family import local_path
    from orchestrator.models.resolve import id_of

    model = choice.model
    if model is None:
        return str(asked)
    if not asked or asked == "auto":
        # `embedded` is the name that people give it; its id says which one that is.
        return EMBEDDED if model.id == id_of(model.role, EMBEDDED) else model.id
    folder = local_path(str(asked))
    if model.path != Path() and folder is not None and folder.resolve() == model.path:
        return str(folder.absolute())
    return str(asked)


def _device(stage: Stage, settings: Settings, ways: Ways) -> Row:
    choice = ways.choices[0]
    own, general = settings.devices.get(stage.base), settings.devices.get("")
    request = own if own is not None else general
    counts = request is not None and choice.backend.device in request.devices
    key = f"device.{stage.name}"
    return Row(
        key=key,
        value=request.text if counts and request and request.gpus else choice.backend.device,
        source=request.source if request is not None and counts else MACHINE,
        why=choice.why,
        shadowed=(*settings.shadowed.get(key, ()), *(settings.shadowed.get("device", ()))),
    )
