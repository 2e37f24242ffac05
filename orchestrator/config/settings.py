"""The settings of a film: all options, frozen, with the place that set each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.config.options import BY_KEY, OPTIONS
from orchestrator.config.run_options import RunOptions, formats
from orchestrator.config.values import DeviceRequest, Value
from orchestrator.outputs.names import CHAPTERS, DEFAULT_FORMATS

WITHHELD = (
    "the server that it names gets no key of yours (to send one, name the server with "
    "--translation-endpoint or in your configuration file)"
)
"""What happens to keys for a translation server that only a job file names."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of a run, and where each was set.

    `run` has a value for every option of a run. `chosen` maps the options that were set, by key, to the value
    that counts; `shadowed` to the values of places of lower rank. `devices` maps stages, or the empty name
    for all, to the requested devices. `job_file` is the film's job file; None if it sets nothing. `notices`
    are sentences about options that others rule out.
    """

    run: RunOptions
    chosen: Mapping[str, Value]
    shadowed: Mapping[str, tuple[Value, ...]]
    devices: Mapping[str, DeviceRequest]
    job_file: Path | None = None
    notices: tuple[str, ...] = ()

    def value(self, key: str) -> Any:
        """The value of an option; for an option of a stage None if it was not set."""
        if key in RunOptions.__dataclass_fields__:
            return getattr(self.run, key)
        return self.chosen[key].value if key in self.chosen else None

    def params(self) -> dict[str, dict[str, Any]]:
        """The parameters that were set, by stage."""
        params: dict[str, dict[str, Any]] = {}
        for option in OPTIONS:
            value = self.value(option.key)
            if isinstance(value, str):
                value = option.cli.words.get(value, value)
            if value is not None:
                for stage, name in option.targets:
                    params.setdefault(stage, {})[name] = value
        return params

    def formats(self) -> tuple[str, ...]:
        """The formats of the files to write."""
        text = self.run.output_format
        if text is not None:
            return formats(text)
        return (*DEFAULT_FORMATS, *CHAPTERS) if self.value("chapters") else DEFAULT_FORMATS

    def sources(self) -> dict[str, str]:
        """The place that set each option and device, by key; without those that were not set."""
        devices = {f"device.{stage}" if stage else "device": one for stage, one in self.devices.items()}
        return {key: one.source for key, one in self.chosen.items()} | {
            key: one.source for key, one in devices.items()
        }

    def only_by_job_file(self, key: str) -> bool:
        """Return whether the job file sets the value that counts, and no place of the user's names it too."""
        one = self.chosen.get(key)
        if self.job_file is None or one is None or one.source != self.job_file.name:
            return False
        return all(other.value != one.value for other in self.shadowed.get(key, ()))

    def not_typed(self) -> dict[str, dict[str, Any]]:
        """The options that another place than the command line set: value and place, by key."""
        devices = {
            f"device.{stage}" if stage else "device": {"value": one.text, "from": one.source}
            for stage, one in self.devices.items()
            if not one.source.startswith("--")
        }
        values = {
            key: {"value": one.value, "from": one.source}
            for key, one in self.chosen.items()
            if not one.source.startswith("--")
        }
        return values | devices

    def job_file_notice(self) -> str:
        """A line about the options that the film's job file sets; empty without a job file."""
        if self.job_file is None:
            return ""
        decided = [key for key, source in self.sources().items() if source == self.job_file.name]
        what = f"sets {', '.join(decided)}" if decided else "is overridden by the command line"
        if self.only_by_job_file("translation_endpoint") and self.run.translation_endpoint:
            what += f"; {WITHHELD}"
        return f"{self.job_file.name} {what}"


def typed(values: Mapping[str, Value]) -> RunOptions:
    """The options of a run, from the values that count."""
    chosen = {key: one.value for key, one in values.items() if key in RunOptions.__dataclass_fields__}
    return RunOptions(
        **{key: BY_KEY[key].default if value is None else value for key, value in chosen.items()}
    )
