"""Stores results by key, complete or not at all; several processes may use the store at once.

    store/results/<aa>/<key>/manifest.json and the outputs beside it
    store/attempts/<random>/     a stage writes here; locked while a process works in it
    store/last/<film>/<stage>    the last key of this film's stage, so that a plan can show what changed

A result is written in an attempt's folder and synced, the manifest last; then the folder is renamed into
place. If a process is killed at any time, the store holds complete results and perhaps an unlocked attempt,
which `gc` removes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import FatalError
from orchestrator.storage import intact
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.manifest import Manifest
from orchestrator.util import locks, own_files
from orchestrator.util.folder_size import folder_size
from orchestrator.util.storage_errors import storage_errors

_MANIFEST = "manifest.json"
_USED = "used"
_KEY = re.compile(r"[0-9a-f]{16,}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A result in the store."""

    key: str
    folder: Path
    manifest: Manifest

    def path(self, output: str) -> Path:
        """The absolute path of the output."""
        return self.folder / self.manifest.outputs[output].path


class Store:
    """The results under `root`. Several processes may call every method at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._results = root / "results"
        self._attempts = Attempts(root / "attempts")
        self._last = root / "last"

    def find(self, key: str, needed: Collection[str] = ()) -> Entry | None:
        """The complete result under `key` with all outputs in `needed`, or None.

        An external output counts only while its file is unchanged. A result of an earlier version may lack an
        output that was declared since.
        """
        folder = self._folder(key)
        manifest = self._read(folder)
        if manifest is None or self.broken(folder, manifest) or set(needed) - manifest.outputs.keys():
            return None
        with contextlib.suppress(OSError):
            os.utime(folder / _USED)
        return Entry(key=key, folder=folder, manifest=manifest)

    def manifest(self, key: str) -> Manifest | None:
        """The manifest under `key`, even if an output is missing."""
        return self._read(self._folder(key))

    def broken(self, folder: Path, manifest: Manifest) -> str:
        """Why the result in `folder` is not usable (`film deleted`); empty if it is."""
        return intact.why_broken(folder, manifest)

    def why_gone(self, key: str, needed: Collection[str] = ()) -> str:
        """Why `find` returns None for a stored key (`film deleted`, `ttml is new`); empty for other keys."""
        manifest = self._read(self._folder(key))
        if manifest is None:
            return ""
        lacking = [name for name in needed if name not in manifest.outputs]
        return self.broken(self._folder(key), manifest) or ", ".join(f"{name} is new" for name in lacking)

    def attempt(self, stage: str) -> Path:
        """Make a new folder to write a result in, locked so that `gc` keeps it."""
        with _storage_errors(self.root):
            return self._attempts.new(stage)

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that failed."""
        self._attempts.discard(attempt)

    def commit(self, attempt: Path, key: str, manifest: Manifest, *, replace: bool = False) -> Entry:
        """Turn the attempt's folder into the result under `key`.

        A complete result with the same key and outputs is kept, unless it is to be replaced.
        """
        target = self._folder(key)
        with _storage_errors(self.root):
            for path in attempt.iterdir():
                _sync(path)
            (attempt / _USED).touch()
            (attempt / _MANIFEST).write_text(manifest.to_json())
            _sync(attempt / _MANIFEST)
            _sync(attempt)
            own_files.make_folder(target.parent, below=self.root)
            self._place(attempt, target, manifest, replace=replace)
            _sync(target.parent)
        self._attempts.unlock(attempt)
        kept = self._read(target) or manifest
        return Entry(key=key, folder=target, manifest=kept)

    def remember(self, film: Path, stage: str, key: str) -> None:
        """Record `key` as the last one of `film`'s `stage`."""
        place = self._film(film) / stage
        if self._last_key(film, stage) == key:
            return
        with _storage_errors(self.root):
            own_files.write(place, key, below=self.root)

    def last(self, film: Path, stage: str) -> tuple[str, Manifest] | None:
        """The last key of `film`'s `stage` with its manifest, or None."""
        key = self._last_key(film, stage)
        manifest = self._read(self._folder(key)) if key else None
        return (key, manifest) if manifest else None

    def forgotten(self, film: Path, stage: str) -> bool:
        """Return whether the last result of `film`'s `stage` is missing from the store or unreadable."""
        return bool(self._last_key(film, stage)) and self.last(film, stage) is None

    def entries(self) -> Iterator[tuple[Entry, int, float]]:
        """Every readable result, with its bytes in the store and the time of its last use."""
        for folder in sorted(self._results.glob("*/*")):
            manifest = self._read(folder)
            if manifest is None:
                continue
            try:
                size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
                used = folder / _USED
                when = (used if used.exists() else folder).stat().st_mtime
            except OSError:
                continue  # it is being replaced
            yield Entry(key=folder.name, folder=folder, manifest=manifest), size, when

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep `gc` from removing results while the block runs."""
        with _storage_errors(self.root):
            own_files.make_folder(self.root, below=self.root.parent)
            lock = locks.hold(self.root / "lock", shared=True)
        with lock:
            yield

    def gc(
        self,
        *,
        older_than_days: float | None = None,
        keep_bytes: int | None = None,
        spared: Collection[str] = (),
    ) -> tuple[int, int]:
        """Remove abandoned attempts, unreadable results, and the results that were unused for longest.

        Results are removed if they were unused for `older_than_days`, or until the rest fits in `keep_bytes`;
        those with the keys `spared` are not.
        Returns how many folders and bytes were removed. Raises `FatalError` while a run is using the store.
        """
        with _storage_errors(self.root):
            own_files.make_folder(self.root, below=self.root.parent)
            try:
                lock = locks.hold(self.root / "lock", wait=False)
            except BlockingIOError as error:
                raise FatalError("a run is using the cache", "try again when it has ended") from error
        with lock:
            count, freed = self._attempts.remove_abandoned()
            stuck: list[Path] = []
            now = time.time()
            for folder in self._results.glob("*/*"):
                if self._read(folder) is None:
                    size = folder_size(folder)
                    if own_files.clear(folder):
                        count, freed = count + 1, freed + size
                    else:
                        stuck.append(folder)
            found = sorted(self.entries(), key=lambda item: item[2])
            total = sum(size for _, size, _ in found)
            for entry, size, used in found:
                old = older_than_days is not None and now - used > older_than_days * 86400
                if entry.key in spared:
                    continue
                if old or (keep_bytes is not None and total > keep_bytes):
                    if own_files.clear(entry.folder):
                        count, freed, total = count + 1, freed + size, total - size
                    else:
                        stuck.append(entry.folder)
            for folder in stuck[:1]:
                own_files.remove(folder)  # says why it stays; all others are removed
        return count, freed

    def _place(self, attempt: Path, target: Path, manifest: Manifest, *, replace: bool) -> None:
        aside: list[Path] = []
        while not _renamed(attempt, target):
            # Another process's equal result, or a broken one: a rename never replaces a folder with content.
            there = self._read(target)
            whole = there is not None and not manifest.outputs.keys() - there.outputs.keys()
            if not replace and whole and there is not None and not self.broken(target, there):
                aside.append(attempt)
                break
            aside.append(self._attempts.aside())
            with contextlib.suppress(FileNotFoundError):  # another process is replacing it too
                if target.is_dir():
                    own_files.open_folder(target)
                target.rename(aside[-1])
        # Last, so that the key lacks a result for as short as possible.
        for folder in aside:
            own_files.clear(folder)

    def _read(self, folder: Path) -> Manifest | None:
        # A result without a readable manifest is no result; a plan shows that it runs again.
        try:
            content = own_files.read(folder / _MANIFEST)
            return None if content is None else Manifest.from_json(content)
        except ValueError:
            return None

    def _folder(self, key: str) -> Path:
        return self._results / key[:2] / key

    def _film(self, film: Path) -> Path:
        return self._last / hashlib.sha256(os.fsencode(film)).hexdigest()[:32]

    def _last_key(self, film: Path, stage: str) -> str:
        place, damage = self._film(film) / stage, ""
        try:
            key = (own_files.read(place) or b"").decode(errors="replace")
        except own_files.DamagedFileError as error:
            key, damage = "", str(error)
        if key and not _KEY.fullmatch(key):
            key, damage = "", "not the key of a result"
        if damage:
            own_files.report(place, damage)
        return key


def _renamed(source: Path, target: Path) -> bool:
    """Rename a folder; return False if a file, or a folder that is not empty, is in the way."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            return False
        raise
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage_errors(root: Path) -> contextlib.AbstractContextManager[None]:
    return storage_errors(f"cannot write results to {root}", "set ORCHESTRATOR_HOME to another folder")
