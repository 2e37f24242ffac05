"""Gets several items, one after another; a failure of one does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestrator.environments import registry
from orchestrator.environments.sync_progress import sync_shown
from orchestrator.errors import FatalError
from orchestrator.models import resolve
from orchestrator.setup import shown
from orchestrator.setup.item import Item


@dataclass(frozen=True)
class Result:
    """An item, and why it could not be had; None if it is ready."""

    item: Item
    error: FatalError | None = None


def get(items: Sequence[Item]) -> list[Result]:
    """Install the environments of the items, then download their models; a stop leaves what has arrived."""
    lacking = list(dict.fromkeys(name for item in items for name in item.missing_environments))
    if lacking:
        sync_shown(lacking, offline=False, torch_backend=None)
    return [_result(item) for item in items]


def _result(item: Item) -> Result:
    try:
        for name in item.environments:
            registry.require(name)
        resolve.resolve(item.role, item.model, offline=False, device=item.device)
    except FatalError as error:
        return Result(item, error)
    return Result(item)


def lines(results: Iterable[Result]) -> Iterable[str]:
    """What became of each item."""
    for result in results:
        if result.error is None:
            yield f"{shown.heading(result.item)}: ready"
        else:
            hint = f"; {result.error.hint}" if result.error.hint else ""
            yield f"{shown.heading(result.item)}: failed"
            yield f"  {result.error.message}{hint}"
