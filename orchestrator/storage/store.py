"""Stores results by key, complete or not at all; several processes and machines may use the store at once.

    store/results/<aa>/<key>/manifest.json and the outputs beside it
    store/attempts/<user>/<stage>-<random>/    a stage writes here
    store/users/<user>.json, .pins             that the process lives, and which results it needs
    store/last/<film>/<stage>                  the last key of this film's stage, which a plan compares

A result is written in an attempt's folder and synced, the manifest last; then the folder is renamed into
place. If a process is killed at any time, the store holds complete results and perhaps an attempt of a dead
user, which `gc` removes. No result is removed that a living user pins.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.storage import eviction, intact, last_results, result_folder
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.cleaning import Cleaner
from orchestrator.storage.eviction import Bounds, Removal, Stored
from orchestrator.storage.manifest import Manifest
from orchestrator.storage.users import Users
from orchestrator.util import leases, locks, own_files
from orchestrator.util.folder_size import folder_size
from orchestrator.util.storage_errors import storage_errors


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A result in the store."""

    key: str
    folder: Path
    manifest: Manifest

    def path(self, output: str) -> Path:
        """The absolute path of the output."""
        return self.folder / self.manifest.outputs[output].path


class AttemptGoneError(Exception):
    """The folder of an attempt was removed: its process was suspended, and taken for dead."""


class Store:
    """The results under `root`. Several processes, of several machines, may call every method at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._results = root / "results"
        self.users = Users(root)
        self._attempts = Attempts(root / "attempts", self.users)
        self._cleaner = Cleaner(root, self._attempts, self.users)
        self._last = last_results.LastResults(root)

    def find(self, key: str, needed: Collection[str] = ()) -> Entry | None:
        """The complete result under `key` with all outputs in `needed`, or None.

        An external output counts only while its file is unchanged. A result of an earlier version may lack an
        output that was declared since.
        """
        folder = self._folder(key)
        manifest = result_folder.read(folder)
        if manifest is None or self.broken(folder, manifest) or set(needed) - manifest.outputs.keys():
            return None
        result_folder.mark_used(folder)
        return Entry(key=key, folder=folder, manifest=manifest)

    def find_part(self, key: str, needed: Collection[str] = ()) -> Entry | None:
        """The result under `key`: no output is damaged, and only ones not in `needed` may be missing."""
        folder = self._folder(key)
        manifest = result_folder.read(folder)
        if manifest is None or set(needed) - manifest.outputs.keys():
            return None
        missing = intact.missing(folder, manifest)
        if missing is None or set(needed) & missing:
            return None
        result_folder.mark_used(folder)
        return Entry(key=key, folder=folder, manifest=manifest)

    def manifest(self, key: str) -> Manifest | None:
        """The manifest under `key`, even if an output is missing."""
        return result_folder.read(self._folder(key))

    def broken(self, folder: Path, manifest: Manifest) -> str:
        """Why the result in `folder` is not usable (`film deleted`); empty if it is."""
        return intact.why_broken(folder, manifest)

    def why_gone(self, key: str, needed: Collection[str] = ()) -> str:
        """Why `find` returns None for a stored key (`film deleted`, `ttml is new`); empty for other keys."""
        manifest = result_folder.read(self._folder(key))
        if manifest is None:
            return ""
        lacking = [name for name in needed if name not in manifest.outputs]
        return self.broken(self._folder(key), manifest) or ", ".join(f"{name} is new" for name in lacking)

    def attempt(self, stage: str) -> Path:
        """Make a new folder to write a result in, which `gc` keeps while this process lives."""
        with _storage_errors(self.root):
            return self._attempts.new(stage)

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that failed."""
        self._attempts.discard(attempt)

    def commit(self, attempt: Path, key: str, manifest: Manifest, *, replace: bool = False) -> Entry:
        """Turn the attempt's folder into the result under `key`.

        A complete result with the same key and outputs is kept, unless it is to be replaced. Raises
        `AttemptGoneError` if the folder is no longer there.
        """
        target = self._folder(key)
        with _storage_errors(self.root):
            try:
                result_folder.complete(attempt, manifest)
                own_files.make_folder(target.parent, below=self.root)
                self._place(attempt, target, manifest, replace=replace)
            except FileNotFoundError as error:
                if attempt.is_dir():
                    raise
                # A server whose answer was lost is asked again, and then no longer finds what it renamed.
                if result_folder.read(target) != manifest:
                    raise AttemptGoneError(str(attempt)) from error
            result_folder.sync(target.parent)
        self._attempts.end(attempt)
        kept = result_folder.read(target) or manifest
        return Entry(key=key, folder=target, manifest=kept)

    def remember(self, film: Path, stage: str, key: str) -> None:
        """Record `key` as the last one of `film`'s `stage`."""
        with _storage_errors(self.root):
            self._last.remember(film, stage, key)

    def last(self, film: Path, stage: str) -> tuple[str, Manifest] | None:
        """The last key of `film`'s `stage` with its manifest, or None."""
        key = self._last.key(film, stage)
        manifest = result_folder.read(self._folder(key)) if key else None
        return (key, manifest) if manifest else None

    def forgotten(self, film: Path, stage: str) -> bool:
        """Return whether the last result of `film`'s `stage` is missing from the store or unreadable."""
        return bool(self._last.key(film, stage)) and self.last(film, stage) is None

    def entries(self) -> Iterator[tuple[Entry, int, float]]:
        """Every readable result, with its bytes in the store and the time of its last use."""
        for one in self.stored():
            yield Entry(key=one.key, folder=one.folder, manifest=one.manifest), one.size, one.used

    def stored(self) -> Iterator[Stored]:
        """Every readable result, with what decides how long it stays."""
        for folder in sorted(self._results.glob("*/*")):
            manifest = result_folder.read(folder)
            if manifest is None:
                continue
            try:
                sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
                used, uses = result_folder.use_of(folder)
            except OSError:
                continue  # it is being replaced
            size, large = sum(sizes.values()), eviction.large(manifest, sizes)
            yield Stored(folder.name, folder, manifest, size, used, uses, large)

    def size(self) -> int:
        """The bytes of all results; quicker than `stored`, because it reads no manifest."""
        return folder_size(self._results)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Be a user of the store while the block runs: what this process pins and attempts, `gc` keeps."""
        with contextlib.ExitStack() as held, _storage_errors(self.root):
            own_files.make_folder(self.root, below=self.root.parent)
            self.users.enter()
            held.callback(self.users.leave)
            # Versions before December 2026 remove results while nobody holds this lock.
            with contextlib.suppress(OSError):
                held.enter_context(locks.hold(self.root / "lock", shared=True))
            in_use = held.pop_all()
        with in_use:
            yield

    def removable(self, bounds: Bounds) -> list[Removal]:
        """The results that `gc` would remove, the least worth first."""
        with _storage_errors(self.root):
            own_files.make_folder(self.root, below=self.root.parent)
            now = leases.now_of(self.root)
        pinned, found = {*bounds.spared, *self.users.pinned()}, list(self.stored())
        bounds = replace(bounds, spared=pinned, total=sum(one.size for one in found))
        return eviction.choose(found, bounds, now)

    def gc(
        self,
        *,
        older_than_days: float | None = None,
        keep_bytes: int | None = None,
        spared: Collection[str] = (),
        wait: Callable[[float], None] | None = None,
    ) -> tuple[int, int]:
        """Remove abandoned attempts, unreadable results, and the results that are least worth keeping.

        Results are removed if they were unused for `older_than_days`, or until the rest fits in `keep_bytes`;
        those with the keys `spared`, and those that a user pins, are not. `wait` waits for some seconds, to
        see whether users that are silent still live; without it they count as alive.
        Returns how many folders and bytes were removed.
        """
        with self.in_use(), _storage_errors(self.root):
            bounds = Bounds(most=keep_bytes, days=older_than_days, spared=spared)
            return self._cleaner.clean(lambda: self.removable(bounds), wait)

    def remove_abandoned(self) -> tuple[int, int]:
        """Remove the attempts of dead users; returns how many folders and bytes were removed.

        A user of another machine is known to be dead only after it was seen to be silent for a while, so this
        is called now and then.
        """
        with self.in_use(), _storage_errors(self.root):
            return self._cleaner.remove_abandoned()

    def living(self) -> list[str]:
        """The machines of the users that showed a sign of life of late, without this process."""
        with _storage_errors(self.root):
            if not self.users.folder.is_dir():
                return []
            now = leases.now_of(self.root)
        names = [name for name in self.users.others() if self.users.state(name, now) == "alive"]
        return [self.users.machine(name) or "another machine" for name in names]

    def _place(self, attempt: Path, target: Path, manifest: Manifest, *, replace: bool) -> None:
        aside: list[Path] = []
        while not result_folder.renamed(attempt, target):
            # Another process's equal result, or a broken one: a rename never replaces a folder with content.
            if not replace and self._serves(target, manifest):
                aside.append(attempt)
                break
            place = self._attempts.aside()
            with contextlib.suppress(FileNotFoundError):  # another process is replacing it too
                try:
                    target.rename(place)
                except PermissionError:
                    own_files.open_folder(target)
                    target.rename(place)
                # A client of NFS may not see for a minute what is there; under a new name it has to look.
                if not replace and self._serves(place, manifest) and result_folder.renamed(place, target):
                    aside.append(attempt)
                    break
            aside.append(place)
        # Last, so that the key lacks a result for as short as possible.
        for folder in aside:
            own_files.clear(folder)

    def _serves(self, folder: Path, manifest: Manifest) -> bool:
        """Whether the result in `folder` is complete, and has all that one with `manifest` would have."""
        there = result_folder.read(folder)
        return (
            there is not None
            and not manifest.outputs.keys() - there.outputs.keys()
            and not self.broken(folder, there)
        )

    def _folder(self, key: str) -> Path:
        return self._results / key[:2] / key


def _storage_errors(root: Path) -> contextlib.AbstractContextManager[None]:
    return storage_errors(f"cannot write results to {root}", "set ORCHESTRATOR_HOME to another folder")
