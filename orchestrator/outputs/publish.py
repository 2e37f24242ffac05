"""Puts finished files beside the film, without overwriting other files.

A file is overwritten only if this tool wrote it for the same film and it is unchanged since; the ledger
records film and digest. Output of a clip never overwrites output of the whole film. Any other file is kept,
and the new one is written beside it, unless `--overwrite` is given. Files are renamed into place, so that a
reader never sees an incomplete one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipc import atomic
from ipc.digests import file_digest
from orchestrator.errors import INPUT, STORAGE, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.util.film_names import stem_of
from orchestrator.util.storage_errors import storage_errors

LONGEST_ENDING = ".zh-hant.translated.sdh.1.ttml"
"""What a run adds to the film's name without suffix, at most."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published file. `note` states why it has another path than expected, if so."""

    name: str
    path: Path
    size: int
    changed: bool
    digest: str
    note: str = ""


def place_for(
    target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = "", size: int = -1
) -> tuple[Path, str, bool]:
    """Return where to write a file for `target`, a note if elsewhere, and whether the place is free.

    That is `target` if it is free, or holds a file of ours for this film and unchanged, an equal file (by
    `digest`), or one that may be overwritten; else the first such `name.1.ext`, `name.2.ext`, ... It is never
    the film itself, a folder, or a broken link, whose target may be on a disk that is not connected. A file
    that is not ours and has another `size` than the new one is not read: it may be huge.
    """
    stem, suffix = target.name.rsplit(".", 1)
    for place in _beside(target, stem, suffix):
        free = not os.path.lexists(place)
        if free:
            break
        if not place.is_file() or place.samefile(film):
            continue
        try:
            foreign = ledger.digest(place) is None and size >= 0 and place.stat().st_size != size
            there = "" if foreign else file_digest(place)
        except PermissionError:
            there = ""  # an unreadable file belongs to another user
        ours = there == ledger.digest(place) and _of_this(place, film, clip, ledger)
        if ours or there == digest or (overwrite and place == target):
            break
    if place == target:
        return target, "", free
    other = ledger.film(target)
    hint = " (--overwrite replaces it)"
    if not target.is_file():
        why, hint = "is not a file", ""
    elif target.samefile(film):
        why, hint = "is the film itself", ""
    elif other is None:
        why = "was not written by this tool"
    elif other != str(film):
        why = f"belongs to {Path(other).name}"
    elif not _of_this(target, film, clip, ledger):
        why = "covers the whole film"
    else:
        why = "was edited"
    return place, f"{target.name} {why} and is kept; the new file is {place.name}{hint}", free


def _of_this(place: Path, film: Path, clip: str, ledger: Ledger) -> bool:
    """Return whether the file was made from this film, and may be replaced by output of `clip`."""
    return ledger.film(place) == str(film) and bool(not clip or ledger.clip(place))


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file to publish: a copy of `source`, whose bytes have this digest, at `target`."""

    source: Path
    target: Path
    digest: str


def publish(
    source: Path, target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> Published:
    """Copy `source` to `target` under the rule above; `FatalError` (storage) if it cannot be written."""
    item = Item(source=source, target=target, digest=digest)
    return publish_all([item], film, ledger, overwrite=overwrite, clip=clip)[0]


def publish_all(
    items: Sequence[Item], film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> list[Published]:
    """Publish files that belong together: all are copied before the first one is renamed into place.

    So a full disk leaves the former files as they were. Raises `FatalError` (storage).
    """
    with contextlib.ExitStack() as drafts:
        ready = []
        for item in items:
            with _writing(item.target):
                size = item.source.stat().st_size
                place, note, free = place_for(
                    item.target, item.digest, film, ledger, overwrite=overwrite, clip=clip, size=size
                )
                draft = None
                if free or place.stat().st_size != size or file_digest(place) != item.digest:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    draft = drafts.enter_context(_draft(place))
                    with item.source.open("rb") as made, draft.open("xb") as copy:  # never through a link
                        shutil.copyfileobj(made, copy)
                    _sync(draft)
                ready.append((item, draft, place, note, free))
        done = []
        for item, draft, place, note, free in ready:
            with _writing(item.target):
                if draft is not None and not atomic.put(draft, place, replace=not free):
                    done += publish_all([item], film, ledger, overwrite=overwrite, clip=clip)
                    continue
                covers = clip if draft is not None else clip and ledger.clip(place)
                ledger.remember(place, item.digest, film, covers)
                size = place.stat().st_size
            changed = draft is not None
            done.append(
                Published(
                    name=item.target.name,
                    path=place,
                    size=size,
                    changed=changed,
                    digest=item.digest,
                    note=note,
                )
            )
    return done


def withdraw(target: Path, film: Path, ledger: Ledger, clip: str = "") -> bool:
    """Remove a file of an earlier run that has no successor; return whether there was one.

    Only an unchanged file of ours for this film is removed.
    """
    with _writing(target):
        if not _of_this(target, film, clip, ledger) or not target.is_file():
            return False
        if file_digest(target) != ledger.digest(target):
            return False
        target.unlink(missing_ok=True)
    return True


def adopt(
    draft: Path, target: Path, digest: str, film: Path, ledger: Ledger, *, overwrite: bool, clip: str = ""
) -> Published:
    """Rename `draft`, a finished file in the target's folder, into place under the rule above."""
    with _writing(target):
        _sync(draft)
        while True:
            place, note, free = place_for(
                target, digest, film, ledger, overwrite=overwrite, clip=clip, size=draft.stat().st_size
            )
            if atomic.put(draft, place, replace=not free):
                break
        ledger.remember(place, digest, film, clip)
        size = place.stat().st_size
        return Published(name=target.name, path=place, size=size, changed=True, digest=digest, note=note)


def check_writable(folder: Path) -> None:
    """Raise `FatalError` (storage) before the run if `folder` is not writable."""
    with _writing(folder):
        for there in (folder, *folder.parents):
            if os.path.lexists(there) and not there.is_dir():
                what = "a link that leads nowhere" if there.is_symlink() and not there.exists() else "a file"
                at = "" if there == folder else f"{folder}: "
                raise FatalError(
                    f"{at}{there}: this is {what}, not a folder",
                    "choose another folder with --output-dir",
                    STORAGE,
                )
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def check_name(film: Path, ending: str) -> None:
    """Raise `FatalError` (input) if the film's name is too long to add `ending`, or what a run adds."""
    longest = max(film.name + ending, stem_of(film) + LONGEST_ENDING, key=lambda name: len(os.fsencode(name)))
    try:
        film.with_name(longest).lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise FatalError(
                f"{film}: the name is too long: the names of its output files would be even longer",
                "shorten it, or run on a link with a shorter name",
                INPUT,
            ) from error


def draft_beside(target: Path) -> Path:
    """A name beside the target for an incomplete file; removes the drafts of killed runs."""
    check_writable(target.parent)
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            if atomic.is_abandoned(path, target):
                path.unlink(missing_ok=True)
    return atomic.draft_of(target)


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


def _writing(target: Path) -> contextlib.AbstractContextManager[None]:
    return storage_errors(f"cannot write {target}", "choose another folder with --output-dir")
