"""Finds a film with burned-in subtitles that an earlier run made, and that shows other subtitles by now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestrator.planning.plan import Plan, Step
from orchestrator.storage.store import Entry, Store


def outdated(plan: Plan, made: Sequence[tuple[Step, Entry]], store: Store) -> str:
    """The name of the film with burned-in subtitles if `made`, the results of a run, have others; else empty.

    Burning encodes the whole picture, so a run without `--burn-in` does not do it again.
    """
    if plan.step("burn").verdict != "off" or (last := store.last(plan.film, "burn")) is None:
        return ""
    _, burned = last
    path = Path(burned.outputs["burned"].path)
    if not path.is_file():
        return ""
    inputs = {name: value for name, value in burned.ingredients.items() if name.startswith("input cues")}
    if len(inputs) > 1:  # a translation was burned in
        inputs.pop("input cues")
    now = {
        f"input cues{step.name.removeprefix('subtitles')}": entry.manifest.outputs["cues"].digest
        for step, entry in made
        if step.stage.base == "subtitles" and "cues" in entry.manifest.outputs
    }
    differs = any(name in now and now[name] != digest for name, digest in inputs.items())
    return path.name if differs else ""
