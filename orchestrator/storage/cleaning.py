"""Removes what a store does not need: what dead users left, damaged results, and the least worth keeping."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.storage import eviction, result_folder
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.eviction import Evictor, Removal
from orchestrator.storage.users import Users
from orchestrator.util import leases, own_files
from orchestrator.util.folder_size import folder_size


class Cleaner:
    """Cleans the store at `root`; this process is a user of it meanwhile."""

    def __init__(self, root: Path, attempts: Attempts, users: Users) -> None:
        self._root = root
        self._results = root / "results"
        self._attempts = attempts
        self._users = users

    def clean(
        self, removable: Callable[[], Sequence[Removal]], wait: Callable[[float], None] | None
    ) -> tuple[int, int]:
        """As `Store.gc`, of the results that are `removable` then; raises `FatalError` if something stays."""
        if wait is not None and self._attempts.silent(leases.now_of(self._root)):
            wait(leases.WATCH + 1)
        count, freed = self.remove_abandoned()
        stuck: list[Path] = []
        for folder in self._results.glob("*/*"):
            if result_folder.is_damaged(folder):
                size, stays = self._remove_damaged(folder)
                stuck += stays
                count, freed = count + (not stays), freed + size
        gone, more = self._evictor().evict(removable())
        self._attempts.tidy()
        for folder in [*stuck, *more][:1]:
            own_files.remove(folder)  # says why it stays; all others are removed
        return count + len(gone), freed + sum(one.size for one in gone)

    def remove_abandoned(self) -> tuple[int, int]:
        """Remove the attempts of dead users; returns how many folders and bytes."""
        return self._attempts.remove_abandoned(leases.now_of(self._root), self._put_back)

    def _evictor(self) -> Evictor:
        return Evictor(
            attempts=self._attempts,
            pinned=self._users.pinned,
            unchanged=lambda place, one: result_folder.use_of(place) == (one.used, one.uses),
            put_back=self._put_back,
        )

    def _put_back(self, place: Path, key: str) -> None:
        """Return a result that was moved away, unless an equal one was stored meanwhile."""
        with contextlib.suppress(OSError):
            own_files.make_folder(self._place_of(key).parent, below=self._root)
            if not result_folder.renamed(place, self._place_of(key)):
                eviction.remove(place, self._attempts)

    def _remove_damaged(self, folder: Path) -> tuple[int, list[Path]]:
        """Remove a damaged result; returns the bytes that are gone, and what stays."""
        place = self._attempts.evicted(folder.name)
        try:
            if folder.is_dir() and not folder.is_symlink():
                own_files.open_folder(folder)
            folder.rename(place)
        except FileNotFoundError:
            return 0, []
        except OSError:
            return 0, [folder]
        if not result_folder.is_damaged(place):  # another process had just replaced it
            self._put_back(place, folder.name)
            return 0, []
        size = folder_size(place)
        stays = eviction.remove(place, self._attempts)
        return 0 if stays else size, stays

    def _place_of(self, key: str) -> Path:
        return self._results / key[:2] / key
