"""Results whose large files left the cache: what they were is still known, and that is often enough.

A full cache drops the large tables of a result first, and keeps its manifest, with their digests, and its
small files (`orchestrator.storage.eviction`). A stage that reads such a table has its key all the same, so
its own result is found. Only if a stage has to run that reads the table itself, it is made again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from ipc.declaration import Stage
from orchestrator.storage.store import Entry, Store

AGAIN = "a stage that runs reads what left the cache"


class Step(Protocol):
    """What is asked of `orchestrator.planning.plan.Step` here."""

    @property
    def stage(self) -> Stage:
        """The stage."""

    @property
    def verdict(self) -> str:
        """Whether it runs."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """What it reads."""

    @property
    def needed(self) -> tuple[str, ...]:
        """Its outputs that are published or read."""


def read(steps: Iterable[Step]) -> frozenset[str]:
    """What the steps read, as `stage.output`."""
    return frozenset(source for step in steps if step.verdict != "off" for source in step.inputs.values())


def find(store: Store, key: str, step: Step, sources: Collection[str]) -> Entry | None:
    """The result under `key` if it lacks only tables, and those are among the `sources` that steps read."""
    entry = store.find_part(key)
    if entry is None or set(step.needed) - entry.manifest.outputs.keys() or entry.manifest.transient:
        return None
    for output in step.stage.outputs:
        lacking = output.name in entry.manifest.outputs and not entry.path(output.name).exists()
        only_for_stages = output.kind != "file" and not output.external
        if lacking and not (only_for_stages and f"{step.stage.name}.{output.name}" in sources):
            return None
    return entry


def needed_again(steps: Sequence[Step], lacking: Collection[str]) -> list[str]:
    """The stages that have to run again, because a stage that runs reads `lacking` tables of theirs."""
    again: list[str] = []
    for step in reversed(steps):
        if step.verdict == "run" or step.stage.name in again:
            again += [source.split(".")[0] for source in step.inputs.values() if source in lacking]
    return again
