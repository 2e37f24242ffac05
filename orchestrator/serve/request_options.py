"""The options in a request, which may set what the job file of a stranger may set without consent.

Whoever has the token may have films subtitled; they may not load models from any folder, send texts to other
servers, or write elsewhere (`ipc.reach`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.config import files
from orchestrator.config.options import BY_KEY, DEVICE, DEVICE_REACH
from orchestrator.errors import USAGE, FatalError

_ALSO = {"target_language", "known_voices", "series"}
"""Options with a reach that clients of the user's own service may have: they use what the user set up."""
_PLACE = Path("options")


def checked(given: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options of a request, by key; `FatalError` (usage) names one that is wrong or not allowed.

    `own` are the service's own options: to ask for the same value is allowed.
    """
    layer = files.layer(given, _PLACE, Path("/"))
    found: dict[str, Any] = {}
    for key, value in layer.values.items():
        reach, content = BY_KEY[key].cli.reach, value.value
        mine = (own or {}).get(key)
        harmless = not reach.can or content is None or reach.harmless(content) or key in _ALSO
        if not harmless and str(content) != str(mine):
            raise FatalError(
                f"{key}: not for requests, because it can {reach.can}",
                f"start the service with --{BY_KEY[key].name}",
                USAGE,
            )
        found[key] = str(content) if isinstance(content, Path) else "" if content is None else content
    for stage, request in layer.devices.items():
        if not all(map(DEVICE_REACH.harmless, request.devices)):
            why = f"{DEVICE}: not for requests, because it can {DEVICE_REACH.can}"
            raise FatalError(why, "start the service with --device", USAGE)
        found.setdefault(DEVICE, {})[stage or "all"] = ",".join(request.devices)
    return found
