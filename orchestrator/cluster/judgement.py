"""Whether a machine may take part, by what its program printed of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

from orchestrator.cluster import facts as machine_facts
from orchestrator.cluster.facts import Difference, Facts

UNABLE = Difference(
    message="Ray cannot start the worker there",
    hint="install the same version of this program and its environment cluster there (docs/cluster.md)",
)
"""Of a machine that could not even start to say what it has."""


def difference(ours: Facts, printed: str) -> Difference | None:
    """Why a machine that `printed` this cannot take part; None if it can."""
    try:
        theirs = machine_facts.of_json(printed)
    except ValueError:
        broken = _broken(printed)
        return Difference(
            message=broken or "its program is too old or too new to say what it has",
            hint="run ./install.sh in its checkout",
            installing=bool(broken),
        )
    return machine_facts.difference(ours, theirs)


def _broken(printed: str) -> str:
    try:
        body: Mapping[str, str] = json.loads(printed)
        return str(body.get("broken", ""))
    except (ValueError, AttributeError):
        return ""
