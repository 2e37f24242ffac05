"""Finds new films in the watched folders, and queues those that have stopped growing.

Which files are films, and which are left out, is decided by `orchestrator.folders`, as for `orchestrator run
FOLDER --skip-existing`. A film is queued once for each content: one that failed, or that the user cancelled,
does not come back until its file changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestrator.config import files, merge
from orchestrator.config.settings import Settings as FilmSettings
from orchestrator.folders import search, selection
from orchestrator.folders.filters import Filters, Judge
from orchestrator.folders.found import Film
from orchestrator.folders.selection import Chosen, Reader
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.planning import headers
from orchestrator.serve.job import Request
from orchestrator.serve.queue import Queue
from orchestrator.serve.settings import Settings
from orchestrator.storage.store import Store

NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "ncpfs", "9p", "vboxsf", "prl_fs", "virtiofs",
    "lustre", "ceph", "glusterfs", "beegfs", "osxfs", "grpcfuse", "fakeowner", "acfs",
})  # fmt: skip
"""File systems on which the kernel does not tell what other machines write."""


@dataclass(frozen=True)
class _Growing:
    """A film that was seen: its size, its time of change, and since when these are the same."""

    size: int
    modified: float
    since: float


class Watch:
    """The watched folders of a service."""

    def __init__(
        self,
        settings: Settings,
        queue: Queue,
        clock: Callable[[], float] = time.monotonic,
        read: Reader = headers.of,
    ) -> None:
        self._settings, self._queue, self._clock, self._read = settings, queue, clock, read
        self._growing: dict[Path, _Growing] = {}
        self.folders = tuple(map(Path, settings.watch))

    def look(self) -> float | None:
        """Search the folders, and queue films that are new and whole.

        Returns after how many seconds to look again, because films may still grow; None if none may.
        """
        found = [film for folder in self.folders if folder.is_dir() for film in _films(folder)]
        fresh = [film for film in found if not self._queue.seen(film.path, fingerprint(film))]
        now = self._clock()
        self._growing = {film.path: self._state(film, now) for film in fresh}
        whole = [film for film in fresh if now - self._growing[film.path].since >= self._settings.settled_s]
        for one in self._chosen(whole):
            self._queue.add(Request(film=one.path, source="watch", fingerprint=fingerprint(one)))
        left = [now - self._growing[film.path].since for film in fresh if film not in whole]
        return max(self._settings.settled_s - max(left), 1.0) if left else None

    def _state(self, film: Film, now: float) -> _Growing:
        known = self._growing.get(film.path)
        if known is not None and (known.size, known.modified) == (film.size, film.modified):
            return known
        # Also one that was last changed long ago: a copy may have the time of its original from the start.
        return _Growing(film.size, film.modified, now)

    def _chosen(self, films: Iterable[Film]) -> list[Film]:
        settings = self._settings
        filters = Filters(
            skip_existing=True, languages=frozenset(settings.only_language), min_length=settings.min_length
        )
        line = files.layer(settings.options, Path("options"), Path("/"))

        @lru_cache(maxsize=64)
        def settings_of(film: Path) -> FilmSettings:
            return merge.settings(line, film, job_file=settings.job_file)

        judge = Judge(
            filters=filters, settings_of=settings_of, store=Store(home() / "store"), ledger=Ledger()
        )
        judged = selection.chosen(list(films), judge, read=self._read)
        return [one.film for one in judged if isinstance(one, Chosen)]


def fingerprint(film: Film) -> str:
    """What tells one content of a film's file from another."""
    return f"{film.size} {film.modified}"


def needs_looking(folder: Path) -> bool:
    """Whether a folder is on a drive on which other machines may write without this one being told."""
    import psutil

    here = folder.resolve()
    mounts = [one for one in psutil.disk_partitions(all=True) if here.is_relative_to(one.mountpoint)]
    mount = max(mounts, key=lambda one: len(one.mountpoint), default=None)
    return mount is not None and (mount.fstype.lower() in NETWORK or mount.fstype.startswith("fuse"))


def _films(folder: Path) -> list[Film]:
    """The films in a folder, those that may still grow too."""
    return list(search.films([folder], Ledger(), now=0.0).films)
