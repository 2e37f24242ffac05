"""The words of a command line that sets options, from a table as a job file has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.config.device_requests import ALL
from orchestrator.config.options import BY_KEY, DEVICE


def words_of(options: Mapping[str, Any]) -> list[str]:
    """The words that set `options`; keys that are no options are ignored.

    Devices are a table by stage, or a list of `--device`'s values.
    """
    words = []
    for key, value in options.items():
        option = BY_KEY.get(key)
        if option is None:
            continue
        if option.type is bool:
            words.append(f"--{'' if value else 'no-'}{option.name}")
        else:
            words.append(f"--{option.name}={value}")
    devices = options.get(DEVICE) or ()
    if isinstance(devices, Mapping):
        devices = [device if stage == ALL else f"{stage}={device}" for stage, device in devices.items()]
    return [*words, *(f"--device={one}" for one in devices)]
