"""Reads the results of a run from the store, by stage and output, and notes what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipc.errors import ContractError
from orchestrator.errors import FatalError
from orchestrator.storage.manifest import Manifest
from orchestrator.storage.store import Entry, Store

Row = Mapping[str, Any]


class Results:
    """The results of one film of a `run.json`. `missing` has a sentence for each that is unreadable."""

    def __init__(self, film: Mapping[str, Any], store: Store) -> None:
        self.missing: list[str] = []
        self._stages = {str(stage["stage"]): stage for stage in film["stages"]}
        self._store = store
        self._entries: dict[str, Entry | None] = {}

    def stages(self, base: str) -> list[str]:
        """The stage and its instances, in order, that were part of the run and not off."""
        there = (name for name, stage in self._stages.items() if stage["status"] != "off")
        return [name for name in there if name.partition("-")[0] == base]

    def facts(self, stage: str) -> Mapping[str, Any]:
        """The facts that the stage reported; empty if there are none."""
        facts: Mapping[str, Any] = (self._stages.get(stage) or {}).get("facts") or {}
        return facts

    def manifest(self, stage: str) -> Manifest | None:
        """The manifest of the stage's result."""
        entry = self._entry(stage)
        return entry.manifest if entry else None

    def rows(self, stage: str, output: str, what: str = "") -> list[dict[str, Any]] | None:
        """The rows of a table, or None. If `what` is given, `missing` gets a sentence about it."""
        artifact = self.artifact(stage, output, what)
        return None if artifact is None else artifact.rows()

    def artifact(self, stage: str, output: str, what: str = "") -> Any:
        """The table from `ipc.artifacts.read`, or None; `what` as in `rows`."""
        from ipc.artifacts import read

        entry = self._entry(stage)
        why = self._why_not(stage)
        if entry is not None and output in entry.manifest.outputs:
            try:
                return read(entry.path(output), entry.manifest.outputs[output].kind)
            except (ContractError, OSError) as error:
                why = f"it cannot be read ({error})"
        if what:
            self.missing.append(f"No {what}: {why}.")
        return None

    def _entry(self, stage: str) -> Entry | None:
        if stage not in self._entries:
            ran = self._stages.get(stage) or {}
            key = ran.get("key") if ran.get("status") in {"done", "cached"} else ""
            try:
                self._entries[stage] = self._store.find(key) if key else None
            except FatalError:
                self._entries[stage] = None
        return self._entries[stage]

    def _why_not(self, stage: str) -> str:
        ran = self._stages.get(stage)
        if ran is None:
            return f"this run has no stage {stage}"
        match ran["status"]:
            case "off":
                return f"{stage} was off ({ran['reason']})"
            case "failed":
                return f"{stage} failed"
            case "done" | "cached":
                return f"the result of {stage} is no longer in the cache"
            case "skipped":
                return f"{stage} could not run ({ran['reason']})"
        return f"the run ended before {stage}"
