"""What a person edited of a film's subtitles, kept by film in `home()/edits/<digest>.json` and never in the store.

A run reads it as a parameter of `subtitles`, so that its content is in the key; nothing but the user's own word changes it. Every
state it had is kept beside it as a numbered file of its own, the last `KEEP`: an edit that was regretted is not lost, and a run
reads a file that nobody writes to meanwhile. A file that is damaged is named, and left as it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ipc import atomic
from ipc.edits import DamagedError, Overlay, parse
from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.paths import home
from orchestrator.util import locks
from orchestrator.util.storage_errors import storage_errors

KEEP = 20
"""Earlier states that are kept."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state the overlay had: its number, when it was written, and where it is."""

    number: int
    when: dt.datetime
    path: Path


class StaleError(Exception):
    """Somebody else has saved since the overlay was read."""


def file_of(film_digest: str) -> Path:
    """Where the overlay of the film with this digest is, or would be."""
    return home() / "edits" / f"{film_digest}.json"


def state_of(film_digest: str) -> str:
    """A word for the overlay as it is now: another one after any change, empty where there is none."""
    try:
        return hashlib.sha256(file_of(film_digest).read_bytes()).hexdigest()
    except OSError:
        return ""


def load(film_digest: str) -> Overlay:
    """The film's overlay, an empty one where nothing was edited; `FatalError` (input) where the file is damaged."""
    file = file_of(film_digest)
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Overlay()
    except OSError as error:
        raise FatalError(
            f"{file}: cannot be read: {error.strerror}", "check its permissions", INPUT
        ) from error
    except ValueError as error:
        raise FatalError(
            f"{file}: your edits of this film are damaged: {_reason(error)}",
            f"fix the file, or {_way_out(film_digest)}",
            INPUT,
        ) from error


def _way_out(film_digest: str) -> str:
    """What takes the place of a damaged file: the last state that can be read, or nothing."""
    last = next((one.number for one in versions(film_digest) if readable(one)), None)
    if last is None:
        return "start over, which keeps a copy of it: orchestrator edits FILM --discard"
    return f"restore the last good version: orchestrator edits FILM --restore {last}"


def readable(version: Version) -> bool:
    """Whether it holds edits, and not what was set aside as damaged."""
    try:
        parse(version.path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def discard(film_digest: str) -> int:
    """Take back everything; returns how many changes that were, 0 where the file was damaged. It is kept among the versions."""
    _set_aside(film_digest)
    try:
        count = len(numbered(load(film_digest)))
    except FatalError:
        count = 0
    save(film_digest, Overlay())
    return count


def for_run(film_digest: str) -> Path | None:
    """The file that a run is to read, checked; None where nothing was edited.

    It is the numbered file of the same content where there is one: that is never written to again.
    """
    if not load(film_digest):
        return None
    file = file_of(film_digest)
    content = file.read_bytes()
    kept = next(iter(versions(film_digest)), None)
    return kept.path if kept and kept.path.read_bytes() == content else file


def save(film_digest: str, overlay: Overlay, *, state: str | None = None) -> str:
    """Write the overlay, keep its earlier states, and return its state; an empty one removes the file.

    With `state`, what `state_of` said when it was read: `StaleError` where it is another one now.
    """
    text = overlay.dump()
    parse(text)  # never write what could not be read again
    with _locked(film_digest):
        if state is not None and state != state_of(film_digest):
            raise StaleError
        file, there = file_of(film_digest), versions(film_digest)
        number = there[0].number if there else 0
        if not there and file.is_file():  # somebody put it there: it is the first to be kept
            number = _keep(film_digest, number + 1, file.read_text(encoding="utf-8", errors="replace"))
        if not there or there[0].path.read_text(encoding="utf-8", errors="replace") != text:
            _keep(film_digest, number + 1, text)
        if overlay:
            _write(file, text)
        else:
            file.unlink(missing_ok=True)
        for old in versions(film_digest)[KEEP + 1 :]:
            old.path.unlink(missing_ok=True)
        return state_of(film_digest)


def versions(film_digest: str) -> list[Version]:
    """The states that are kept, the newest first; the first is the present one, unless the file was written by hand since."""
    folder = _folder(film_digest)
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if re.fullmatch(r"\d+\.json", path.name):
                when = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
                found.append(Version(number=int(path.stem), when=when, path=path))
    return sorted(found, key=lambda one: one.number, reverse=True)


def restore(film_digest: str, number: int) -> Overlay:
    """Make the state with this number the present one, and return it; `FatalError` (usage) where there is none."""
    kept = next((one for one in versions(film_digest) if one.number == number), None)
    if kept is None:
        numbers = ", ".join(str(version.number) for version in versions(film_digest))
        hint = f"choose one of: {numbers}" if numbers else "nothing was edited yet"
        raise FatalError(f"the edits have no version {number}", hint, USAGE)
    try:
        overlay = parse(kept.path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FatalError(
            f"{kept.path}: damaged: {_reason(error)}", "restore another version", INPUT
        ) from error
    _set_aside(film_digest)
    save(film_digest, overlay)
    return overlay


def taken_back(overlay: Overlay, numbers: set[int]) -> Overlay:
    """The overlay without the changes of these numbers (see `numbered`); `FatalError` (usage) where there is no such number."""
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
    """Every change by its number for people: `("", "name 0")` a speaker's name, `(track, "edit 0")` an edit."""
    found = [("", f"name {k}") for k, person in enumerate(overlay.speakers) if person.name]
    for track in sorted(overlay.tracks):
        found += [(track, f"edit {k}") for k in range(len(overlay.tracks[track]))]
    return dict(enumerate(found, 1))


def _set_aside(film_digest: str) -> None:
    """A present file that cannot be read, or was written by hand, is kept under a number before another takes its place."""
    file, there = file_of(film_digest), versions(film_digest)
    with contextlib.suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace")
        if not there or there[0].path.read_text(encoding="utf-8", errors="replace") != text:
            _keep(film_digest, (there[0].number if there else 0) + 1, text)


def _keep(film_digest: str, number: int, text: str) -> int:
    _write(_folder(film_digest) / f"{number:04d}.json", text)
    return number


def _write(file: Path, text: str) -> None:
    with storage_errors(f"cannot write {file}", "make its folder writable"):
        atomic.write(file, text, durable=True)


def _folder(film_digest: str) -> Path:
    return home() / "edits" / film_digest


def _reason(error: ValueError) -> str:
    return str(error) if isinstance(error, DamagedError) else "it is not UTF-8"


@contextlib.contextmanager
def _locked(film_digest: str) -> Iterator[None]:
    """Alone with the film's overlay."""
    folder = _folder(film_digest)
    with storage_errors(f"cannot save edits in {folder}", "make the folder writable"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = locks.hold(folder / "lock")
    with lock:
        yield
