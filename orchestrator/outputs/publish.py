"""Finished files beside the film, and the rule that protects what is there already.

A file is overwritten only if this tool wrote it, for the same film, and nobody has changed it since: the ledger remembers
film and digest of each file written. What was made of a whole film does not give way to what is made of a clip. Anything else at that place is kept, and the new file goes beside it, unless `--overwrite` was given. Files are
renamed into place whole; a reader never sees half of one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ipc.digests import file_digest
from orchestrator.errors import INPUT, STORAGE, FatalError
from orchestrator.paths import home

_SHOWN = 24
"""Characters of a file's name that its draft shows: it needs room for more, and a name has 255 bytes at most."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One file at its place. `note` says why it is not where it was expected, where that is so."""

    name: str
    path: Path
    size: int
    changed: bool
    note: str = ""


class Ledger:
    """What this tool wrote where: a small file a path, under the tool's home, replaced atomically."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or home() / "memo" / "written"

    def digest(self, path: Path) -> str | None:
        """The digest that `path` had when it was written, or None for a file that this tool did not write."""
        return self._read(path).get("digest")

    def film(self, path: Path) -> str | None:
        """The film that `path` was written for."""
        return self._read(path).get("film")

    def clip(self, path: Path) -> str:
        """The part of the film that `path` was made of; empty for the whole film, and for a file that this tool did not write."""
        return self._read(path).get("clip", "")

    def _read(self, path: Path) -> dict[str, str]:
        try:
            entry = json.loads(self._entry(path).read_text())
        except (OSError, ValueError):
            return {}
        return entry if isinstance(entry, dict) and entry.get("path") == str(path) else {}

    def remember(self, path: Path, digest: str, film: Path, clip: str = "") -> None:
        """Note that `path` was just written with this digest, for `film` or a `clip` of it."""
        entry = self._entry(path)
        entry.parent.mkdir(parents=True, exist_ok=True)
        draft = entry.with_name(f"{entry.name}.{os.getpid()}")
        draft.write_text(json.dumps({"path": str(path), "digest": digest, "film": str(film), "clip": clip}))
        draft.replace(entry)

    def _entry(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def place_for(
    target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> tuple[Path, str, bool]:
    """Where a file with this digest may be written for `target`, a note where that is elsewhere, and whether nothing is there.

    That is `target` itself where nothing is there, or what is there is ours, for this film and unchanged, or equal, or may be
    overwritten; else the first free `name.1.ext`, `name.2.ext`, ... by the same rule. Never the film itself, nor a folder, nor a
    link to nowhere: what it means may be on a disk that is not plugged in.
    """
    stem, suffix = target.name.rsplit(".", 1)
    for place in _beside(target, stem, suffix):
        free = not os.path.lexists(place)
        if free:
            break
        if not place.is_file() or place.samefile(film):
            continue
        try:
            there = file_digest(place)
        except PermissionError:
            there = ""  # whatever it is, it is somebody else's
        ours = there == ledger.digest(place) and _of_this(place, film, clip, ledger)
        if ours or there == digest or (overwrite and place == target):
            break
    if place == target:
        return target, "", free
    other = ledger.film(target)
    hint = " (--overwrite replaces it)"
    if not target.is_file():
        why, hint = "is no file", ""
    elif target.samefile(film):
        why, hint = "is the film itself", ""
    elif other is None:
        why = "was not written by this tool"
    elif other != str(film):
        why = f"belongs to {Path(other).name}"
    elif not _of_this(target, film, clip, ledger):
        why = "is of the whole film"
    else:
        why = "was edited since"
    return place, f"{target.name} {why} and is kept; the new one is {place.name}{hint}", free


def _of_this(place: Path, film: Path, clip: str, ledger: Ledger) -> bool:
    """Whether the file there was made of this film, or of a clip as the new one is."""
    return ledger.film(place) == str(film) and bool(not clip or ledger.clip(place))


def publish(
    source: Path, target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> Published:
    """Copy `source` to `target` under the rule above; `FatalError` (storage) where it cannot be written."""
    with _storage_errors(target):
        place, note, free = place_for(target, digest, film, ledger, overwrite=overwrite, clip=clip)
        if not free and file_digest(place) == digest:
            changed = False
            clip = clip and ledger.clip(place)
        else:
            changed = True
            place.parent.mkdir(parents=True, exist_ok=True)
            with _draft(place) as draft:
                shutil.copyfile(source, draft)
                _sync(draft)
                if not _into_place(draft, place, free=free):
                    return publish(source, target, digest, film, ledger, overwrite=overwrite, clip=clip)
        ledger.remember(place, digest, film, clip)
        return Published(name=target.name, path=place, size=place.stat().st_size, changed=changed, note=note)


def withdraw(target: Path, film: Path, ledger: Ledger, clip: str = "") -> bool:
    """Remove a file of an earlier run that this one has no such file for; says whether one was there. Only one of ours for
    this film that nobody has changed.
    """
    with _storage_errors(target):
        if not _of_this(target, film, clip, ledger) or not target.is_file():
            return False
        if file_digest(target) != ledger.digest(target):
            return False
        target.unlink(missing_ok=True)
    return True


def adopt(
    draft: Path, target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> Published:
    """Rename `draft`, a finished file in the target's own folder, into place under the rule above."""
    with _storage_errors(target):
        _sync(draft)
        while True:
            place, note, free = place_for(target, digest, film, ledger, overwrite=overwrite, clip=clip)
            if _into_place(draft, place, free=free):
                break
        ledger.remember(place, digest, film, clip)
        return Published(name=target.name, path=place, size=place.stat().st_size, changed=True, note=note)


def _into_place(draft: Path, place: Path, *, free: bool) -> bool:
    """Rename `draft` to `place`; false where somebody has put a file there since it was looked at, and nothing was done.

    Renaming would silently replace it; a link is refused where there is something. A file system without links (exFAT, some
    network shares) gets the rename.
    """
    if free:
        try:
            place.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError:
            pass
        else:
            draft.unlink()
            return True
    draft.replace(place)
    return True


def check_writable(folder: Path) -> None:
    """`FatalError` (storage) now, rather than after an hour, where `folder` cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise FatalError(
            f"{folder} is a file, and a folder is needed there", "choose another with --output-dir", STORAGE
        )
    with _storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def check_name(film: Path, ending: str) -> None:
    """`FatalError` (input) where the film's name leaves no room for `ending`, the longest that a file beside it has."""
    try:
        film.with_name(film.name + ending).lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise FatalError(
                f"the name of {film} is too long: what is made of it has longer ones",
                "shorten it, or run on a link to it that has a shorter name",
                INPUT,
            ) from error


def draft_beside(target: Path) -> Path:
    """A hidden name in the target's folder for a file that is not whole yet, after drafts of runs that were killed are removed.

    The name carries this process's number, so that a run beside this one keeps its draft.
    """
    check_writable(target.parent)
    prefix = f".{target.name[:_SHOWN]}."
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            found = re.fullmatch(re.escape(prefix) + r"(\d+)-[0-9a-f]+\.part", path.name)
            if found and not _alive(int(found[1])):
                path.unlink(missing_ok=True)
    return target.parent / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}.part"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _beside(target: Path, stem: str, suffix: str) -> Iterable[Path]:
    yield target
    number = 1
    while True:
        yield target.with_name(f"{stem}.{number}.{suffix}")
        number += 1


@contextlib.contextmanager
def _draft(place: Path) -> Iterator[Path]:
    draft = draft_beside(place)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _storage_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise FatalError(
            f"cannot write {target}: {error.strerror or error}",
            f"{'free some space there, or ' if full else ''}choose another folder with --output-dir",
            STORAGE,
        ) from error
