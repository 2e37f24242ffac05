"""Which keys of the user's configuration a run needs, so that it uses what was set up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.config import merge
from orchestrator.config.editing import Change
from orchestrator.config.settings import Settings
from orchestrator.config.values import Layer
from orchestrator.errors import FatalError
from orchestrator.machine.profile import Machine
from orchestrator.planning import choices, stage_settings
from orchestrator.setup import shown
from orchestrator.setup.item import KEYS, Item
from orchestrator.stages.catalog import STAGES


def changes(items: Sequence[Item], new: Sequence[Item], machine: Machine) -> Iterator[Change]:
    """The keys to set so that a run uses `items`, which are on this disk; `new` ones of them are new there.

    What was there before has had its keys, so one that the user set otherwise since then stays.
    """
    settings = merge.settings(Layer())
    recognisers = [item for item in items if item.role == "recognition"]
    for item in items:
        if item.role == "recognition" and len(recognisers) > 1:
            continue  # each is for some languages, and a run takes the one for its language
        before = _before(KEYS[item.role], settings)
        if (before is None or item in new) and not _is_used(item, settings, machine):
            yield Change(key=KEYS[item.role], value=item.model, before=before, why=_why(item))


def by_language(items: Sequence[Item], machine: Machine) -> str:
    """Which of several recognition models a run takes for which language; empty if there is only one."""
    recognisers = [item for item in items if item.role == "recognition"]
    settings = merge.settings(Layer())
    if len(recognisers) < 2 or settings.value("model") not in {None, "auto"}:
        return ""
    others = [item for item in recognisers if not _is_used(item, settings, machine)]
    if not others:
        return ""
    parts = (f"{item.model} with --language {' or '.join(item.languages)}" for item in others)
    return f"A run takes {', '.join(parts)}; without --language it detects the language by Whisper"


def overridden(change: Change) -> str:
    """The variable or file above the user's configuration that sets the key anyway; empty if none does."""
    value = merge.settings(Layer()).chosen.get(change.key)
    return value.place if value is not None and value.source.startswith("environment") else ""


def _before(key: str, settings: Settings) -> Any:
    """What the configuration file sets, whatever a variable says above it; None if it sets no model."""
    values = (settings.chosen.get(key), *settings.shadowed.get(key, ()))
    own = (one.value for one in values if one and not one.source.startswith("environment"))
    return next((value for value in own if value not in {None, "auto"}), None)


def _is_used(item: Item, settings: Settings, machine: Machine) -> bool:
    """Whether a run without further options would use the model of an item."""
    asked = settings.value(KEYS[item.role])
    if item.role == "translation":
        return bool(asked == item.model)
    if item.role == "aligner":
        return asked in {None, "auto", item.model}
    stage = next(stage for stage in STAGES.values() if stage.model_role == item.role)
    params = stage_settings.params(settings)
    aligner = choices.aligner(params)
    try:
        found = choices.choose(
            stage, params.get(stage.name, {}), {}, machine=machine, offline=True, aligner=aligner
        )
    except FatalError:
        return False
    model = found.choices[0].model
    return model is not None and model.id == item.model


def _why(item: Item) -> str:
    return f"orchestrator setup: {shown.names(item.languages)}" if item.languages else "orchestrator setup"
