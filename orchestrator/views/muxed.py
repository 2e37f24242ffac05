"""What was done with the tracks of the films that were made, in sentences for the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def sentences(film: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What people should know of the films made of a film of `run.json`, and whether it may not be what they wanted."""
    facts = {stage["stage"]: stage.get("facts") or {} for stage in film["stages"]}
    mux, burn = facts.get("mux", {}), facts.get("burn", {})
    if replaced := mux.get("replaced"):
        yield f"the new film is without {', '.join(replaced)}: ours stands in its place", False
    if elsewhere := mux.get("default_elsewhere"):
        yield (
            "shown unasked is "
            + (
                f"{elsewhere}, as before: --default-subtitles shows ours"
                if elsewhere != "none"
                else "no track"
            ),
            False,
        )
    if before := mux.get("no_longer_default"):
        yield f"{', '.join(before)} is no longer shown unasked: ours is", False
    if burn.get("burned_language") and burn.get("fonts"):
        yield f"drawn into the picture in {burn['burned_language']}, with {', '.join(burn['fonts'])}", False
