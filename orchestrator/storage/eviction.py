"""Chooses which results leave a store, and takes them out without disturbing those who use it.

A result is moved away first, then judged again, then removed: a process that looked it up meanwhile has
pinned it (`orchestrator.storage.users`) or marked its use, and it is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.storage import worth
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.manifest import Manifest
from orchestrator.util import own_files
from orchestrator.util import text as fmt

DAY = 86400.0
_BATCH = 16
"""Results that are moved away before the pins of all users are read again."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A result, its bytes in the store, when it was used last by the clock of its file system, how often."""

    key: str
    folder: Path
    manifest: Manifest
    size: int
    used: float
    uses: int


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A result that leaves the store; `idle` is for how many seconds it was unused, `why` is for people."""

    stored: Stored
    idle: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a store may hold: at most so many bytes, and results that were used within so many days.

    The results with the keys `spared` stay in any case.
    """

    most: int | None = None
    days: float | None = None
    spared: Collection[str] = ()


def choose(found: Iterable[Stored], bounds: Bounds, now: float) -> Iterator[Removal]:
    """The results that have to go, the least worth first; `now` by the clock of the file system."""
    everything = list(found)
    total = sum(one.size for one in everything)
    for one in sorted(everything, key=lambda one: (not _old(one, bounds, now), _worth(one, now))):
        if one.key in bounds.spared:
            continue
        idle = max(0.0, now - one.used)
        if _old(one, bounds, now):
            why = f"unused for {fmt.plural(int(idle // DAY), 'day')}"
        elif bounds.most is not None and total > bounds.most:
            why = f"saves {fmt.duration(one.manifest.seconds)} of work"
            if one.manifest.transient:
                why = f"provisional: {one.manifest.transient}"
        else:
            continue
        total -= one.size
        yield Removal(stored=one, idle=idle, why=why)


def _old(one: Stored, bounds: Bounds, now: float) -> bool:
    return bounds.days is not None and now - one.used > bounds.days * DAY


def _worth(one: Stored, now: float) -> float:
    """What it is worth; a provisional result nothing, because the next run makes it again."""
    made = one.manifest
    if made.transient:
        return 0.0
    return worth.of(seconds=made.seconds, size=one.size, idle=max(0.0, now - one.used), uses=one.uses)


@dataclass(frozen=True, kw_only=True)
class Evictor:
    """Takes results out of a store whose users `pinned` lists; `unchanged` says if one was not used since."""

    attempts: Attempts
    pinned: Callable[[], Collection[str]]
    unchanged: Callable[[Path, Stored], bool]
    put_back: Callable[[Path, str], None]

    def evict(self, removals: Iterable[Removal]) -> tuple[list[Removal], list[Path]]:
        """Remove the results; returns those that are gone, and the folders that stay in the way."""
        gone: list[Removal] = []
        stuck: list[Path] = []
        waiting = list(removals)
        while waiting:
            batch, waiting = waiting[:_BATCH], waiting[_BATCH:]
            moved: list[tuple[Removal, Path]] = []
            for one in batch:
                place = self.attempts.evicted(one.stored.key)
                try:
                    one.stored.folder.rename(place)
                except FileNotFoundError:
                    continue  # another process removed it
                except OSError:
                    stuck.append(one.stored.folder)
                else:
                    moved.append((one, place))
            needed = self.pinned() if moved else ()
            for one, place in moved:
                if one.stored.key in needed or not self.unchanged(place, one.stored):
                    self.put_back(place, one.stored.key)
                else:
                    gone.append(one)
                    stuck += remove(place, self.attempts)
        return gone, stuck


def remove(place: Path, attempts: Attempts) -> list[Path]:
    """Remove a folder that was moved away; return what stays of it, but for files that are still open.

    A client of NFS keeps a removed file that a process of it has open, as `.nfsXXXX`; the rest of such a
    folder is removed by the next `gc`.
    """
    aside = attempts.aside()
    try:
        place.rename(aside)
    except OSError:
        aside = place
    if own_files.clear(aside):
        return []
    left = [path for path in aside.rglob("*") if path.is_file()]
    return [] if left and all(path.name.startswith(".nfs") for path in left) else [aside]
