"""Stores the user's edits of a film's subtitles in `home()/edits/<digest>.json`, outside the result store.

A run reads them as a parameter of `subtitles`, so that their content is part of the key; only the user
changes them. The last `KEEP` versions are kept beside the file, numbered: edits can be restored, and a run
reads a file that nothing writes to. A damaged file is reported, and left as it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ipc import atomic
from ipc.edits import Overlay, parse
from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.paths import home
from orchestrator.util import locks, own_files
from orchestrator.util.storage_errors import storage_errors

KEEP = 20
"""Number of earlier versions that are kept."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """An earlier state of the edits: its number, when it was written, and its path."""

    number: int
    when: dt.datetime
    path: Path


class StaleError(Exception):
    """The edits were saved elsewhere since they were read."""


def file_of(film_digest: str) -> Path:
    """The path of the edits of the film with this digest."""
    return home() / "edits" / f"{film_digest}.json"


def state_of(film_digest: str) -> str:
    """An identifier of the present edits that changes with them; empty if there are none."""
    try:
        content = own_files.read(file_of(film_digest))
    except own_files.DamagedFileError:
        return ""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def load(film_digest: str) -> Overlay:
    """The film's edits, empty if there are none; `FatalError` (input) if the file is damaged."""
    file = file_of(film_digest)
    if not home().is_dir():
        return Overlay()
    try:
        text = _read(file)
        return Overlay() if text is None else parse(text)
    except ValueError as error:
        raise FatalError(
            f"{file}: your edits of this film are damaged: {_reason(error)}",
            f"fix the file, or {_way_out(film_digest)}",
            INPUT,
        ) from error


def _way_out(film_digest: str) -> str:
    """What to do about a damaged file: restore the last readable version, or start over."""
    last = next((one.number for one in versions(film_digest) if readable(one)), None)
    if last is None:
        return "start over, which keeps a copy of it: orchestrator edits FILM --discard"
    return f"restore the last good version: orchestrator edits FILM --restore {last}"


def readable(version: Version) -> bool:
    """Return whether the version contains edits, rather than a damaged file that was set aside."""
    try:
        text = _read(version.path)
        if text is not None:
            parse(text)
    except ValueError:
        return False
    return text is not None


def discard(film_digest: str) -> int:
    """Undo everything, keeping it as a version; return the number of changes, 0 if the file was damaged."""
    _set_aside(film_digest)
    try:
        count = len(numbered(load(film_digest)))
    except FatalError:
        count = 0
    save(film_digest, Overlay())
    return count


def for_run(film_digest: str) -> Path | None:
    """The file for a run to read, checked; None if there are no edits.

    It is the numbered version of the same content if there is one, because that is never written again.
    """
    if not load(film_digest):
        return None
    file = file_of(film_digest)
    content = own_files.read(file)
    kept = next(iter(versions(film_digest)), None)
    return kept.path if kept and _content(kept) == content else file


def save(film_digest: str, overlay: Overlay, *, state: str | None = None) -> str:
    """Write the edits, keep earlier versions, and return the new state; empty edits remove the file.

    `state` is that of `state_of` when they were read: `StaleError` if it changed since.
    """
    text = overlay.dump()
    parse(text)  # never write what cannot be read again
    with _locked(film_digest):
        if state is not None and state != state_of(film_digest):
            raise StaleError
        file, there = file_of(film_digest), versions(film_digest)
        number = there[0].number if there else 0
        if not there and file.is_file():  # the user put it there: it becomes the first version
            number = _keep(film_digest, number + 1, file.read_text(encoding="utf-8", errors="replace"))
        if not there or _content(there[0]) != text.encode():
            _keep(film_digest, number + 1, text)
        if overlay:
            _write(file, text)
        else:
            file.unlink(missing_ok=True)
        for old in versions(film_digest)[KEEP + 1 :]:
            old.path.unlink(missing_ok=True)
        return state_of(film_digest)


def keep_imported(film_digest: str, file: Path) -> Path:
    """Keep a copy of a file whose changes became edits, and return its path; older copies go."""
    with _locked(film_digest), storage_errors(f"cannot copy {file}", "make the tool's home writable"):
        folder = _folder(film_digest) / "imported"
        folder.mkdir(exist_ok=True)
        there = sorted(folder.iterdir())
        number = int(there[-1].name.partition("-")[0]) + 1 if there else 1
        copy = folder / f"{number:06d}-{file.name}"
        atomic.write(copy, file.read_bytes(), durable=True)
        for old in there[: max(0, len(there) + 1 - KEEP)]:
            old.unlink(missing_ok=True)
        return copy


def versions(film_digest: str) -> list[Version]:
    """The versions, newest first. The first is the present one, unless the file was edited by hand since."""
    folder = _folder(film_digest)
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if re.fullmatch(r"\d+\.json", path.name):
                when = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
                found.append(Version(number=int(path.stem), when=when, path=path))
    return sorted(found, key=lambda one: one.number, reverse=True)


def restore(film_digest: str, number: int) -> Overlay:
    """Make this version the present one, and return it; `FatalError` (usage) if it does not exist."""
    kept = next((one for one in versions(film_digest) if one.number == number), None)
    if kept is None:
        numbers = ", ".join(str(version.number) for version in versions(film_digest))
        hint = f"choose one of: {numbers}" if numbers else "nothing was edited yet"
        raise FatalError(f"the edits have no version {number}", hint, USAGE)
    try:
        overlay = parse(_read(kept.path) or "")
    except ValueError as error:
        raise FatalError(
            f"{kept.path}: damaged: {_reason(error)}", "restore another version", INPUT
        ) from error
    _set_aside(film_digest)
    save(film_digest, overlay)
    return overlay


def taken_back(overlay: Overlay, numbers: set[int]) -> Overlay:
    """The edits without those of these numbers (see `numbered`); `FatalError` (usage) for a wrong number."""
    there = numbered(overlay)
    if wrong := numbers - there.keys():
        raise FatalError(
            f"the film has no edit {min(wrong)}",
            f"choose one of 1 to {len(there)}" if there else "nothing was edited yet",
            USAGE,
        )
    gone = {there[number] for number in numbers}
    people = tuple(
        dataclasses.replace(person, name=None) if ("", f"name {k}") in gone else person
        for k, person in enumerate(overlay.speakers)
    )
    tracks = {
        track: tuple(edit for k, edit in enumerate(edits) if (track, f"edit {k}") not in gone)
        for track, edits in overlay.tracks.items()
    }
    return dataclasses.replace(overlay, speakers=people, tracks=tracks)


def numbered(overlay: Overlay) -> dict[int, tuple[str, str]]:
    """Every change by its number: `("", "name 0")` for a speaker's name, `(track, "edit 0")` for an edit."""
    found = [("", f"name {k}") for k, person in enumerate(overlay.speakers) if person.name]
    for track in sorted(overlay.tracks):
        found += [(track, f"edit {k}") for k in range(len(overlay.tracks[track]))]
    return dict(enumerate(found, 1))


def _set_aside(film_digest: str) -> None:
    """Keep a present file that is damaged or was edited by hand as a version, before it is replaced."""
    file, there = file_of(film_digest), versions(film_digest)
    if os.path.lexists(file) and not file.is_file():  # a folder, or a link to nothing
        with _locked(film_digest), storage_errors(f"cannot move {file} away", "move it away yourself"):
            file.rename(_folder(film_digest) / f"damaged-{secrets.token_hex(4)}")
        return
    with contextlib.suppress(own_files.DamagedFileError):
        content = own_files.read(file)
        if content is not None and (not there or _content(there[0]) != content):
            number = (there[0].number if there else 0) + 1
            _keep(film_digest, number, content.decode(errors="replace"))


def _read(file: Path) -> str | None:
    """The text of a file; None if it is missing. Raises `ValueError` if it cannot be read."""
    content = own_files.read(file)
    return None if content is None else content.decode()


def _content(version: Version) -> bytes | None:
    try:
        return own_files.read(version.path)
    except own_files.DamagedFileError:
        return None


def _keep(film_digest: str, number: int, text: str) -> int:
    _write(_folder(film_digest) / f"{number:04d}.json", text)
    return number


def _write(file: Path, text: str) -> None:
    with storage_errors(f"cannot write {file}", "make its folder writable"):
        atomic.write(file, text, durable=True)


def _folder(film_digest: str) -> Path:
    return home() / "edits" / film_digest


def _reason(error: ValueError) -> str:
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


@contextlib.contextmanager
def _locked(film_digest: str) -> Iterator[None]:
    """Hold the lock of the film's edits."""
    folder = _folder(film_digest)
    with storage_errors(f"cannot save edits in {folder}", "make the folder writable"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = locks.hold(folder / "lock")
    with lock:
        yield
