"""Keeps the cache within its limit after a run."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.config.settings import Settings
from orchestrator.errors import FatalError
from orchestrator.run_state.events import RunState
from orchestrator.storage import limit
from orchestrator.storage.store import Store
from orchestrator.util import text as fmt
from orchestrator.util.notices import notice


def after(store: Store, settings: Iterable[Settings], state: RunState) -> None:
    """Remove the results that were unused for longest until the rest fits; none of this run.

    If films have different limits, the smallest one counts. While another run uses the store nothing is
    removed: that run does it. A full or unwritable disk fails no run that succeeded.
    """
    limits = [limit.of(one.run.cache_limit, store.root) for one in settings]
    most = min((one for one in limits if one is not None), default=None)
    if most is None or sum(size for _, size, _ in store.entries()) <= most:
        return
    spared = {step.key for film in state.films for step in film.steps if step.key}
    try:
        count, freed = store.gc(keep_bytes=most, spared=spared)
    except (FatalError, OSError):
        return
    if count:
        notice(
            f"removed {fmt.plural(count, 'cached result')}, {fmt.size(freed)}: the cache may hold "
            f"{fmt.size(most)} (cache_limit)"
        )
