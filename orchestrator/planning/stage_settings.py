"""Translates the user's settings for the stages: parameters, on or off, threads and devices."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import Stage
from orchestrator.config import house_styles
from orchestrator.config.run_options import AUDIENCES
from orchestrator.config.settings import Settings
from orchestrator.planning import requested_devices
from orchestrator.stages import overlaps
from orchestrator.stages.catalog import STAGES

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine


def params(settings: Settings) -> dict[str, dict[str, Any]]:
    """The parameters that the user set, by stage; a limit set by its option overrides the profile's."""
    own = settings.params()
    result = _of_profile(settings)
    for stage, values in own.items():
        result[stage] = result.get(stage, {}) | values
    subtitles = own.get("subtitles", {})
    if "max_cps" in subtitles:
        result["subtitles"]["reading_speeds"] = {}
    if (width := subtitles.get("max_line_width")) is not None:
        narrow = result["subtitles"].get("line_widths", STAGES["subtitles"].defaults()["line_widths"])
        result["subtitles"]["line_widths"] = {code: min(limit, width) for code, limit in narrow.items()}
    return result


def _of_profile(settings: Settings) -> dict[str, dict[str, Any]]:
    profile, audience = settings.run.profile, settings.run.audience
    if profile is None and audience is None:
        return {}
    values = house_styles.read(profile or house_styles.DEFAULT).params_for(audience or AUDIENCES[0])
    return {"subtitles": values, "mux": {"sdh": values["sdh"]}}


def off(settings: Settings) -> dict[str, str]:
    """The stages that the user turned off, each with the option or file that did."""
    result = {}
    for stage in STAGES.values():
        if (switch := stage.switch) is None or settings.value(_key(switch.cli.name)) is not False:
            continue
        if not (switch.unless and settings.value(switch.unless)):
            result[stage.name] = settings.chosen[_key(switch.cli.name)].place
    return result


def stages(settings: Settings) -> Mapping[str, Stage]:
    """The declared stages, with those that the user turned on, limited to `--threads` threads."""
    result = {name: _switched_on(stage, settings) for name, stage in STAGES.items()}
    if speakers_apart(settings) and not settings.value("text"):  # its lines are on the film's clock
        result = overlaps.recognised_apart(result)
    if not (most := settings.run.threads):
        return result
    return {
        name: dataclasses.replace(
            stage, resources=dataclasses.replace(stage.resources, cores=min(most, stage.resources.cores))
        )
        for name, stage in result.items()
    }


def speakers_apart(settings: Settings) -> bool:
    """Whether each speaker has a track or a channel."""
    return bool(settings.value("speakers_by_track") or settings.value("speakers_by_channel"))


def _switched_on(stage: Stage, settings: Settings) -> Stage:
    """The stage; one that is off by default runs if its switch, or for `sounds` the profile, turns it on.

    `known_text` runs if there is a text.
    """
    if stage.name == "known_text":
        return dataclasses.replace(stage, off="") if settings.value("text") else stage
    if not stage.off or stage.switch is None:
        return stage
    by_profile = (
        stage.name == "sounds"
        and settings.run.profile is not None
        and house_styles.read(settings.run.profile).sounds
    )
    wanted = settings.value(_key(stage.switch.cli.name)) or by_profile
    return dataclasses.replace(stage, off="") if wanted else stage


def devices(settings: Settings, machine: Machine, declared: Mapping[str, Stage] = STAGES) -> dict[str, str]:
    """The devices requested, on this machine: by stage, and under the empty name for all others."""
    return requested_devices.resolve(settings.devices, params(settings), machine, declared)


def device_places(settings: Settings) -> dict[str, str]:
    """The source of each stage's requested device, for errors and reasons."""
    return {stage: one.place for stage, one in settings.devices.items()}


def _key(name: str) -> str:
    return name.replace("-", "_")
