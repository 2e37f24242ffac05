"""The store: results by key, whole or not at all, safe for several orchestrators at once.

    store/results/<aa>/<key>/manifest.json and the outputs beside it
    store/attempts/<random>/     a stage writes here; locked while somebody works in it
    store/last/<film>/<stage>    the key this film's stage had last, so that a plan can say what changed

A result is written in an attempt's folder, synced, its manifest last, and the folder renamed into place. Killed at any
instant, the store holds whole results and perhaps an attempt that nobody locks, which `gc` removes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ipc import atomic
from orchestrator.errors import FatalError
from orchestrator.storage import intact
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.manifest import Manifest
from orchestrator.util import locks
from orchestrator.util.storage_errors import storage_errors

_MANIFEST = "manifest.json"
_USED = "used"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A result in the store."""

    key: str
    folder: Path
    manifest: Manifest

    def path(self, output: str) -> Path:
        """Where the output is; absolute."""
        return self.folder / self.manifest.outputs[output].path


class Store:
    """Results under `root`. Every method may be called by several processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._results = root / "results"
        self._attempts = Attempts(root / "attempts")
        self._last = root / "last"

    def find(self, key: str, needed: Collection[str] = ()) -> Entry | None:
        """The whole result under `key`, with all outputs in `needed`, or None.

        An external output counts only while its file is as it was left. A result of an earlier version may lack an output that was
        declared since.
        """
        folder = self._folder(key)
        manifest = self._read(folder)
        if manifest is None or self.broken(folder, manifest) or set(needed) - manifest.outputs.keys():
            return None
        with contextlib.suppress(OSError):
            os.utime(folder / _USED)
        return Entry(key=key, folder=folder, manifest=manifest)

    def manifest(self, key: str) -> Manifest | None:
        """What is remembered under `key`, even where an output is gone."""
        return self._read(self._folder(key))

    def broken(self, folder: Path, manifest: Manifest) -> str:
        """Why the result in `folder` cannot be used (`film deleted`), or nothing where it can."""
        return intact.why_broken(folder, manifest)

    def why_gone(self, key: str, needed: Collection[str] = ()) -> str:
        """Why `find` gives nothing for a key that is remembered: `film deleted`, `ttml is new`; empty if it never was there."""
        manifest = self._read(self._folder(key))
        if manifest is None:
            return ""
        lacking = [name for name in needed if name not in manifest.outputs]
        return self.broken(self._folder(key), manifest) or ", ".join(f"{name} is new" for name in lacking)

    def attempt(self, stage: str) -> Path:
        """A new folder to write a result in, locked so that `gc` leaves it alone."""
        with _storage_errors(self.root):
            return self._attempts.new(stage)

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that came to nothing."""
        self._attempts.discard(attempt)

    def commit(self, attempt: Path, key: str, manifest: Manifest, *, replace: bool = False) -> Entry:
        """Make the attempt's folder the result under `key`.

        A whole result with the same key and the same outputs stays, unless it is to be replaced.
        """
        target = self._folder(key)
        with _storage_errors(self.root):
            for path in attempt.iterdir():
                _sync(path)
            (attempt / _USED).touch()
            (attempt / _MANIFEST).write_text(manifest.to_json())
            _sync(attempt / _MANIFEST)
            _sync(attempt)
            target.parent.mkdir(parents=True, exist_ok=True)
            self._place(attempt, target, manifest, replace=replace)
            _sync(target.parent)
        self._attempts.unlock(attempt)
        kept = self._read(target) or manifest
        return Entry(key=key, folder=target, manifest=kept)

    def remember(self, film: Path, stage: str, key: str) -> None:
        """Note that `film`'s `stage` had this key last."""
        place = self._film(film) / stage
        if self._last_key(film, stage) == key:
            return
        with _storage_errors(self.root):
            place.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(place, key)

    def last(self, film: Path, stage: str) -> tuple[str, Manifest] | None:
        """Key and manifest of what `film`'s `stage` was last, or None."""
        key = self._last_key(film, stage)
        manifest = self._read(self._folder(key)) if key else None
        return (key, manifest) if manifest else None

    def forgotten(self, film: Path, stage: str) -> bool:
        """Whether `film`'s `stage` had a result that the store no longer holds, or cannot read."""
        return bool(self._last_key(film, stage)) and self.last(film, stage) is None

    def entries(self) -> Iterator[tuple[Entry, int, float]]:
        """Every result that can be read, with its bytes in the store and when it was last used."""
        for folder in sorted(self._results.glob("*/*")):
            manifest = self._read(folder)
            if manifest is None:
                continue
            try:
                size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
                used = folder / _USED
                when = (used if used.exists() else folder).stat().st_mtime
            except FileNotFoundError:
                continue  # it is being replaced
            yield Entry(key=folder.name, folder=folder, manifest=manifest), size, when

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """While a run reads results: `gc` removes none meanwhile."""
        with _storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            lock = locks.hold(self.root / "lock", shared=True)
        with lock:
            yield

    def gc(self, *, older_than_days: float | None = None, keep_bytes: int | None = None) -> tuple[int, int]:
        """Remove abandoned attempts, results that cannot be read, and those unused for so many days or beyond so many bytes, the longest unused first.

        Returns how many folders and bytes were removed. `FatalError` while a run is using the store.
        """
        with _storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            try:
                lock = locks.hold(self.root / "lock", wait=False)
            except BlockingIOError as error:
                raise FatalError("a run is using the cache", "try again when it has ended") from error
        with lock:
            count, freed = self._attempts.remove_abandoned()
            now = time.time()
            for folder in self._results.glob("*/*"):
                if self._read(folder) is None:
                    freed += sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
                    count += 1
                    shutil.rmtree(folder, ignore_errors=True)
            found = sorted(self.entries(), key=lambda item: item[2])
            total = sum(size for _, size, _ in found)
            for entry, size, used in found:
                old = older_than_days is not None and now - used > older_than_days * 86400
                if old or (keep_bytes is not None and total > keep_bytes):
                    shutil.rmtree(entry.folder, ignore_errors=True)
                    count, freed, total = count + 1, freed + size, total - size
        return count, freed

    def _place(self, attempt: Path, target: Path, manifest: Manifest, *, replace: bool) -> None:
        aside: list[Path] = []
        while not _renamed(attempt, target):
            # Somebody else's equal result, or a broken one of ours: a folder that is not empty is never replaced.
            there = self._read(target)
            whole = there is not None and not manifest.outputs.keys() - there.outputs.keys()
            if not replace and whole and there is not None and not self.broken(target, there):
                aside.append(attempt)
                break
            aside.append(self._attempts.aside())
            with contextlib.suppress(FileNotFoundError):  # somebody else is replacing it too
                target.rename(aside[-1])
        # Last, so that the key is without a result for as short as can be.
        for folder in aside:
            shutil.rmtree(folder, ignore_errors=True)

    def _read(self, folder: Path) -> Manifest | None:
        try:
            return Manifest.from_json((folder / _MANIFEST).read_text())
        except (OSError, ValueError):
            return None

    def _folder(self, key: str) -> Path:
        return self._results / key[:2] / key

    def _film(self, film: Path) -> Path:
        return self._last / hashlib.sha256(os.fsencode(film)).hexdigest()[:32]

    def _last_key(self, film: Path, stage: str) -> str:
        try:
            return (self._film(film) / stage).read_text()
        except OSError:
            return ""


def _renamed(source: Path, target: Path) -> bool:
    """Rename a folder; False where a folder with something in it is in the way."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
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
