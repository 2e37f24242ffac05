"""Chooses which results leave a store, and takes them out without disturbing those who use it.

A result is moved away first, then judged again, then removed: a process that looked it up meanwhile has
pinned it (`orchestrator.storage.users`) or marked its use, and it is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.storage import worth
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.manifest import Manifest
from orchestrator.util import own_files
from orchestrator.util import text as fmt

DAY = 86400.0
_LARGE = 1 << 20
"""Bytes of a table from which it goes alone, and the rest of its result stays."""
_BATCH = 16
"""Results that are moved away before the pins of all users are read again."""


@dataclass(frozen=True)
class Stored:
    """A result, its bytes in the store, when it was used last by the clock of its file system, how often.

    `large` has the bytes of its large tables, by the names of their files.
    """

    key: str
    folder: Path
    manifest: Manifest
    size: int
    used: float
    uses: int
    large: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A result that leaves the store, or its large tables alone (`part`).

    `size` is what that frees, `idle` for how many seconds it was unused, `why` is for people.
    """

    stored: Stored
    size: int
    idle: float
    why: str
    part: bool = False


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a store may hold: at most so many of its `total` bytes, and what was used within so many days.

    The results with the keys `spared` stay in any case.
    """

    most: int | None = None
    total: int = 0
    days: float | None = None
    spared: Collection[str] = ()


def large(manifest: Manifest, sizes: Mapping[str, int]) -> dict[str, int]:
    """The large files in `sizes` that only stages read: their digests in the manifest often are enough.

    A file for the user is no use without its content.
    """
    tables = {record.path for record in manifest.outputs.values() if record.kind != "file"}
    return {name: size for name, size in sizes.items() if size >= _LARGE and name in tables}


def choose(found: Iterable[Stored], bounds: Bounds, now: float) -> list[Removal]:
    """What has to go, the least worth first; `now` by the clock of the file system."""
    free = [one for one in found if one.key not in bounds.spared]
    old = {one.key for one in free if bounds.days is not None and now - one.used > bounds.days * DAY}
    chosen = [
        _removal(one, now, one.size, f"unused for {fmt.plural(int((now - one.used) // DAY), 'day')}")
        for one in free
        if one.key in old
    ]
    if bounds.most is None:
        return chosen
    over = bounds.total - bounds.most - sum(one.size for one in chosen)
    steps = [step for one in free if one.key not in old for step in _steps(one, now)]
    for _, removal in sorted(steps, key=lambda step: step[0]):
        if over <= 0:
            break
        over -= removal.size
        chosen.append(removal)
    return _merged(chosen)


def _steps(one: Stored, now: float) -> Iterator[tuple[float, Removal]]:
    """How a result goes: first its large tables, then the rest; each with what it is worth."""
    made = one.manifest
    tables = sum(one.large.values())
    if made.transient:  # the next run makes it again in any case
        yield 0.0, _removal(one, now, one.size, f"provisional: {made.transient}")
        return

    def worth_of(size: int) -> float:
        return worth.of(seconds=made.seconds, size=size, idle=max(0.0, now - one.used), uses=one.uses)

    why = f"saves {fmt.duration(made.seconds)} of work"
    if tables:
        yield worth_of(one.size), replace(_removal(one, now, tables, why), part=True)
    yield worth_of(one.size - tables), _removal(one, now, one.size - tables, why)


def _removal(one: Stored, now: float, size: int, why: str) -> Removal:
    return Removal(stored=one, size=size, idle=max(0.0, now - one.used), why=why)


def _merged(chosen: list[Removal]) -> list[Removal]:
    """A result whose tables and whose rest go, goes at once."""
    whole = {one.stored.key for one in chosen if not one.part}
    return [
        one if one.part else replace(one, size=one.stored.size)
        for one in chosen
        if not (one.part and one.stored.key in whole)
    ]


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
                elif one.part:
                    for name in one.stored.large:
                        (place / name).unlink(missing_ok=True)
                    self.put_back(place, one.stored.key)
                    gone.append(one)
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
