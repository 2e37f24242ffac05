"""Brings the first stages of a film up to date, for commands that read their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.config.merge import settings
from orchestrator.config.values import Layer, Value
from orchestrator.errors import FAILED, STATUS_OF_CATEGORY, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.util import terminal

if TYPE_CHECKING:
    from orchestrator.planning.plan import Plan
    from orchestrator.storage.store import Entry, Store


@dataclass(frozen=True, kw_only=True)
class Results:
    """The plan, and the result of each stage that has one."""

    plan: Plan
    entries: Mapping[str, Entry]

    def of(self, stage: str) -> Entry:
        """The result of a stage; `FatalError` if it is missing from the store."""
        if stage not in self.entries:
            film = self.plan.film
            raise FatalError(f"{film}: the result of {stage} is missing", "run the command again")
        return self.entries[stage]


def results_of(
    film: Path,
    store: Store,
    typed: Layer,
    options: Mapping[str, Any],
    *,
    until: str,
    command: str,
    logs: Path,
) -> Results:
    """Run the stages of a film up to `until`, unless cached, with the options that were `typed`.

    `options` are those that `command` sets itself. The logs of the stages go to a folder in `logs`. Raises
    `FatalError` if a stage fails.
    """
    from orchestrator.execution.scheduler import Scheduler
    from orchestrator.planning.request import Scope, plan_for
    from orchestrator.run_state import run_folders
    from orchestrator.runs.film_outputs import Files
    from orchestrator.runs.intake import check
    from orchestrator.views.plain import Plain

    own = {key: Value(value=value, source=command, words=command) for key, value in options.items()}
    layer = replace(typed, values={**typed.values, **own})
    plan = plan_for(settings(layer, film_of(film)), film, store, Scope(until=until))
    check([plan], store)
    with store.in_use(), run_folders.new(film.stem, root=logs) as record:
        busy = any(step.verdict in {"run", "maybe"} for step in plan.steps)
        state = Scheduler(
            store,
            record.logs,
            Files({}, overwrite=False),
            observers=[Plain()] if busy else [],
            scratch=record.scratch,
        ).run([plan])
    if state.interrupted:
        raise KeyboardInterrupt
    for step in state.films[0].steps:
        if step.error is not None:
            raise FatalError(
                f"{film}: {step.error.message}",
                step.error.hint,
                STATUS_OF_CATEGORY.get(step.error.category, FAILED),
            )
        for reason in step.degraded:
            terminal.tell(f"orchestrator: {film.name}: {reason}")
    found = {step.name: store.find(step.key) for step in state.films[0].steps if step.key}
    return Results(plan=plan, entries={name: entry for name, entry in found.items() if entry is not None})
