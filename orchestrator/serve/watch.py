"""Finds new films in the watched folders, and queues those that have stopped growing.

Which files are films, and which are left out, is decided by `orchestrator.folders`, as for `orchestrator run
FOLDER --skip-existing`. A film is queued once for each content and for the options that hold for it: one that
failed does not come back until its file or the options change, one that the user cancelled until its file
does. The list of jobs does not matter: what was taken off it stays away too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.config import files
from orchestrator.film_files import headers, kinds
from orchestrator.folders import found as rules
from orchestrator.folders.found import Film, Skipped
from orchestrator.folders.selection import Chosen, Reader
from orchestrator.review.imported.file_cues import FORMATS
from orchestrator.serve import library, request_options
from orchestrator.serve.edited import EditedFiles
from orchestrator.serve.job import Request
from orchestrator.serve.queue import Queue
from orchestrator.serve.settings import Settings
from orchestrator.util import text as fmt

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


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a look at the folders found: how many films are in the queue, how many of them are `new`, how many
    may still grow, and what was left out, with the reasons. `at` is when, in seconds since 1970.
    """

    new: int = 0
    queued: int = 0
    growing: int = 0
    left_out: tuple[Skipped, ...] = ()
    at: float = 0.0

    def words(self) -> str:
        """The look in a line, such as `3 films to do, 409 left out (405 subtitled already, 4 trailers)`."""
        parts = [f"{fmt.plural(self.queued, 'film')} to do"]
        if self.growing:
            parts.append(f"{self.growing:,} to be looked at when they have not grown for a while (--settled)")
        if self.left_out:
            why = rules.counted(one.rule.name for one in self.left_out)
            parts.append(f"{len(self.left_out):,} left out ({why})")
        return ", ".join(parts)


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
        self._queued: set[tuple[Path, str, str]] = set()
        """What was queued since the start, and does not come back by itself, even if options were wrong."""
        self.folders = tuple(map(Path, settings.watch))
        self.looked: Looked | None = None
        output = settings.options.get("output_dir")
        folder = Path(output) if output else None
        self._edited = EditedFiles(queue, settings.settled_s, folder) if settings.import_edits else None

    def look(self) -> float | None:
        """Search the folders, and queue films that are new and whole.

        Returns after how many seconds to look again, because files may still grow; None if none may. Raises
        `FatalError` for a configuration that cannot be read.
        """
        options = request_options.digest(self._settings.options)
        found = [library.films(folder) for folder in self.folders if folder.is_dir()]
        films = [film for one in found for film in one.films]
        waiting = self._queue.open_films()
        keys = {film.path: f"{options}{_job_file(film.path)}" for film in films}
        closed = [film for film in films if film.path not in waiting]
        fresh = [film for film in closed if not self._known(film, keys[film.path])]
        now = self._clock()
        later = self._edited.look([film.path for film in films], waiting, now) if self._edited else None
        self._growing = {film.path: self._state(film, now) for film in fresh}
        whole = [film for film in fresh if now - self._growing[film.path].since >= self._settings.settled_s]
        judged = list(library.judged(whole, self._settings, self._settings.options, self._read))
        chosen = [one.film for one in judged if isinstance(one, Chosen)]
        for one in chosen:
            key = keys[one.path]
            self._queue.add(Request(film=one.path, source="watch", fingerprint=fingerprint(one), seen=key))
            self._queued.add((one.path, fingerprint(one), key))
        left = [now - self._growing[film.path].since for film in fresh if film not in whole]
        before = [_handled(film) for film in closed if film not in fresh]
        self.looked = Looked(
            new=len(chosen),
            queued=len(films) - len(closed) + len(chosen),
            growing=len(left),
            left_out=(
                *(one for one in judged if isinstance(one, Skipped)),
                *before,
                *(one for folder in found for one in folder.skipped),
            ),
            at=time.time(),
        )
        again = [] if later is None else [max(later, 1.0)]
        again += [max(self._settings.settled_s - max(left), 1.0)] if left else []
        return min(again, default=None)

    def concerns(self, path: Path) -> bool:
        """Whether a change of this file is a reason to look."""
        edited = self._edited is not None and path.suffix.lstrip(".") in FORMATS
        return edited or kinds.by_name(path.name) != "other"

    def _known(self, film: Film, options: str) -> bool:
        mine = (film.path, fingerprint(film), options) in self._queued
        return mine or self._queue.seen(film.path, fingerprint(film), options)

    def _state(self, film: Film, now: float) -> _Growing:
        known = self._growing.get(film.path)
        if known is not None and (known.size, known.modified) == (film.size, film.modified):
            return known
        # Also one that was last changed long ago: a copy may have the time of its original from the start.
        return _Growing(film.size, film.modified, now)


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


def _job_file(film: Path) -> str:
    """What tells one content of a film's job file from another; empty if there is none."""
    try:
        status = files.job_path(film).stat()
    except OSError:
        return ""
    return f" {status.st_size} {status.st_mtime_ns}"


def _handled(film: Film) -> Skipped:
    return Skipped(path=film.path, rule=rules.HANDLED, why="its job ended; see the list Finished")
