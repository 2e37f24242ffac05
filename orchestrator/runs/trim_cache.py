"""Keeps the cache within its limit, during a run and after it.

A run over hundreds of films, or a service that never ends, would else fill the disk first. So a thread looks
every minute, and less often where looking takes long, as over a network.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from orchestrator.config import merge
from orchestrator.config.settings import Settings
from orchestrator.config.values import Layer
from orchestrator.errors import FatalError
from orchestrator.run_state.states import RunState
from orchestrator.storage import limit
from orchestrator.storage.store import Store
from orchestrator.util import text as fmt
from orchestrator.util.notices import notice

_EVERY = 60.0
_SHARE = 0.02
"""Of the time, that looking may take."""


@dataclass
class Removed:
    """How many results were removed, and their bytes."""

    count: int = 0
    freed: int = 0


@contextlib.contextmanager
def during(store: Store, settings: Collection[Settings], *, every: float = _EVERY) -> Iterator[Removed]:
    """Keep the limit while the block runs; yields what was removed so far.

    `settings` are those of the films, more of which may join meanwhile.
    What a run needs is not removed (`Store.users`), so a film may hold more than the limit while it is run.
    A machine that died left attempts in a shared cache, which are removed too.
    """
    removed, over = Removed(), threading.Event()

    def look() -> None:
        pause = every
        while not over.wait(pause):
            began = time.monotonic()
            with contextlib.suppress(FatalError, OSError):
                store.remove_abandoned()
                most = _limit(store, settings)
                if most is not None and store.size() > most:
                    count, freed = store.gc(keep_bytes=most)
                    removed.count, removed.freed = removed.count + count, removed.freed + freed
            pause = max(every, (time.monotonic() - began) / _SHARE)

    thread = threading.Thread(target=look, name="cache limit", daemon=True)
    thread.start()
    try:
        yield removed
    finally:
        over.set()
        thread.join(10.0)


def after(
    store: Store, settings: Collection[Settings], state: RunState, removed: Removed | None = None
) -> None:
    """Remove the results that are least worth keeping until the rest fits, and say what was `removed` in all.

    The results of the film that ended last stay, as its user may run it again now. A full or unwritable disk
    fails no run that succeeded.
    """
    most, removed = _limit(store, settings), removed or Removed()
    if most is not None and store.size() > most:
        with contextlib.suppress(FatalError, OSError):
            count, freed = store.gc(keep_bytes=most, spared=_last(state))
            removed.count, removed.freed = removed.count + count, removed.freed + freed
    if removed.count and most is not None:
        notice(
            f"removed {fmt.plural(removed.count, 'cached result')}, {fmt.size(removed.freed)}: the cache may "
            f"hold {fmt.size(most)} (cache_limit)"
        )


def _limit(store: Store, settings: Collection[Settings]) -> int | None:
    """If films have different limits, the smallest one counts; without films, that of the configuration."""
    several = list(settings) or [merge.settings(Layer())]
    limits = [limit.of(one.run.cache_limit, store.root) for one in several]
    return min((one for one in limits if one is not None), default=None)


def _last(state: RunState) -> set[str]:
    """The keys of the film that ended last."""
    film = max(
        state.films,
        key=lambda film: max((step.ended or 0.0 for step in film.steps), default=0.0),
        default=None,
    )
    return {step.key for step in film.steps if step.key} if film else set()
