"""The corrections of names that a user took back, by film."""

from __future__ import annotations

import json

from orchestrator.home import home


def undone(film_digest: str) -> tuple[str, ...]:
    """The corrections that were taken back in the film with this digest, as `from>to`."""
    try:
        found = json.loads((home() / "names" / f"{film_digest}.json").read_text())
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found.get("undone", ())))
