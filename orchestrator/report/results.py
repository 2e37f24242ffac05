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
        self._entries: dict[tuple[str, str], Entry | None] = {}

    def stages(self, base: str) -> list[str]:
        """The stage and its instances, in order, that were part of the run and not off."""
        there = (name for name, stage in self._stages.items() if stage["status"] != "off")
        return [name for name in there if name.partition("-")[0] == base]

    def facts(self, stage: str) -> Mapping[str, Any]:
        """The facts that the stage reported; empty if there are none."""
        facts: Mapping[str, Any] = (self._stages.get(stage) or {}).get("facts") or {}
        return facts

    def manifest(self, stage: str) -> Manifest | None:
        """The manifest of the stage's result; the files may have left the cache."""
        key = self._key(stage)
        return self._store.manifest(key) if key else None

    def rows(self, stage: str, output: str, what: str = "") -> list[dict[str, Any]] | None:
        """The rows of a table, or None. If `what` is given, `missing` gets a sentence about it."""
        artifact = self.artifact(stage, output, what)
        return None if artifact is None else artifact.rows()

    def artifact(self, stage: str, output: str, what: str = "") -> Any:
        """The table from `ipc.artifacts.read`, or None; `what` as in `rows`."""
        from ipc.artifacts import read

        entry = self._entry(stage, output)
        why = self._why_not(stage)
        if entry is not None:
            try:
                return read(entry.path(output), entry.manifest.outputs[output].kind)
            except (ContractError, OSError) as error:
                why = f"it cannot be read ({error})"
        if what:
            self.missing.append(f"No {what}: {why}.")
        return None

    def _entry(self, stage: str, output: str) -> Entry | None:
        """The stage's result if it has this output; large files of others may have left the cache."""
        if (stage, output) not in self._entries:
            key = self._key(stage)
            try:
                self._entries[stage, output] = self._store.find_part(key, [output]) if key else None
            except FatalError:
                self._entries[stage, output] = None
        return self._entries[stage, output]

    def _key(self, stage: str) -> str:
        ran = self._stages.get(stage) or {}
        return str(ran.get("key") or "") if ran.get("status") in {"done", "cached"} else ""

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
