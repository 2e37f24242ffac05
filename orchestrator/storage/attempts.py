"""Manages the folders in which stages write their results before they are complete.

    store/attempts/<user>/<stage>-<random>/    a stage writes here
    store/attempts/<user>/evicted-<key>/       a result on its way out, which may still be put back
    store/attempts/removed-<random>/           anybody removes this at any time

Those of a user (`orchestrator.storage.users`) that is dead are abandoned.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from orchestrator.storage.users import NAME, Users
from orchestrator.util import file_systems, locks, own_files
from orchestrator.util.folder_size import folder_size

_REMOVED = "removed-"
_EVICTED = "evicted-"
_DAY = 86400.0


class Attempts:
    """The attempts in `folder`, those of other processes included."""

    def __init__(self, folder: Path, users: Users) -> None:
        self._folder = folder
        self._users = users
        self._mine: set[Path] = set()
        self._turn = threading.Lock()
        """A thread must not remove this user's folder while another makes one in it."""

    def new(self, stage: str) -> Path:
        """Make a folder for a result of `stage`. Raises `OSError` if that fails."""
        self._users.enter()
        try:
            path = self._own() / f"{stage}-{secrets.token_hex(6)}"
            with self._turn:
                own_files.make_folder(path, below=self._folder.parent)
        except BaseException:
            self._users.leave()
            raise
        self._mine.add(path)
        return path

    def evicted(self, key: str) -> Path:
        """The name of a result on its way out, in a folder that exists; only while this process is a user."""
        path = self._own() / f"{_EVICTED}{key}"
        own_files.make_folder(path.parent, below=self._folder.parent)
        return path

    def aside(self) -> Path:
        """A name in the same folder for what is removed next, by this process or by any other."""
        own_files.make_folder(self._folder, below=self._folder.parent)
        return self._folder / f"{_REMOVED}{secrets.token_hex(6)}"

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that failed."""
        own_files.clear(attempt)
        self.end(attempt)

    def end(self, attempt: Path) -> None:
        """An attempt became a result, or was removed."""
        if attempt in self._mine:
            self._mine.remove(attempt)
            self.tidy()
            self._users.leave()

    def tidy(self) -> None:
        """Remove this user's folder if it is empty."""
        with self._turn, contextlib.suppress(OSError):
            self._own().rmdir()

    def remove_abandoned(self, now: float, put_back: Callable[[Path, str], None]) -> tuple[int, int]:
        """Remove the attempts of dead users; return how many folders and bytes.

        `put_back` gets what a dead user was about to evict, with its key. `now` is the time of the file
        system. What the system still uses of a removed folder stays until the next time.
        """
        count = freed = 0
        for path in list(self._folder.iterdir()) if self._folder.is_dir() else ():
            if path.name.startswith(_REMOVED):
                own_files.clear(path)
            elif NAME.fullmatch(path.name):
                if path != self._own() and self._users.state(path.name, now, path) == "dead":
                    found = self._remove(path, put_back)
                    count, freed = count + found[0], freed + found[1]
            elif _is_free(path, now):
                count, freed = count + (path.suffix != ".lock"), freed + folder_size(path)
                own_files.clear(path)
        for name in list(self._users.others()):
            if self._users.state(name, now) == "dead" and not (self._folder / name).exists():
                self._users.forget(name)
        return count, freed

    def silent(self, now: float) -> list[str]:
        """The users that may be dead, and have to be watched for longer."""
        return [name for name in self._users.others() if self._users.state(name, now) == "silent"]

    def _remove(self, folder: Path, put_back: Callable[[Path, str], None]) -> tuple[int, int]:
        for path in _inside(folder):
            if path.name.startswith(_EVICTED):
                put_back(path, path.name.removeprefix(_EVICTED))
        aside = self.aside()
        try:
            folder.rename(aside)
        except OSError:  # another process removes it
            return 0, 0
        count, freed = len(list(_inside(aside))), folder_size(aside)
        own_files.clear(aside)
        return count, freed

    def _own(self) -> Path:
        return self._folder / self._users.name


def _inside(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from list(folder.iterdir())


def _is_free(path: Path, now: float) -> bool:
    """Whether an attempt of an earlier version of this program, which locked a file beside it, is abandoned.

    Where locks do not work, it is if it has not changed for a day.
    """
    lock = path if path.suffix == ".lock" else path.with_suffix(".lock")
    try:
        if path.suffix == ".lock":
            return not path.with_suffix("").exists()
        if lock.exists() and locks.is_held(lock):
            return False
        return not file_systems.is_remote(path) or now - path.stat().st_mtime > _DAY
    except OSError:
        return False
