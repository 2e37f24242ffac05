"""Stores voices: one file for each person under the tool's home, for all films or those of one series.

A person has one voice for each clip: its embedding, the model that made it, and the recording. Because voices
identify people, only the user may read the folder and its files.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ipc import atomic, json_text
from orchestrator.errors import INPUT, FatalError
from orchestrator.paths import home
from orchestrator.util import locks, own_files
from orchestrator.util.storage_errors import storage_errors

LEAST_S = 5.0
"""Minimum seconds of one person's speech for a voice; voices made from less were too similar between
people."""
PRIVATE = 0o600
"""Permissions of a file with voices."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A voice from one recording.

    `vector` has unit length and was made by `model` in this `revision`; `source` names the recording, `film`
    is its digest. `learnt` states why it was saved automatically (asked: the user named the speaker;
    dialogue: the film did); then `speaker` is the label in that film.
    """

    vector: tuple[float, ...]
    model: str
    revision: str
    seconds: float
    source: str
    added: str
    learnt: str = ""
    film: str = ""
    speaker: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with voices: for all films, or with a `series` for its films only."""

    name: str
    series: str = ""
    clips: tuple[Clip, ...] = ()

    @property
    def seconds(self) -> float:
        """Seconds of speech in all clips."""
        return sum(clip.seconds for clip in self.clips)


def people() -> list[Person]:
    """All people, by series and name. A damaged file is skipped and reported."""
    if not folder().is_dir():
        if os.path.lexists(folder()):
            own_files.report(folder(), "not a folder", then="no saved voice is known until you move it away")
        return []
    everybody = []
    for file in sorted(folder().glob("*.json")):
        try:
            person = _read(file)
        except ValueError as error:
            then = "this voice is unknown until you repair the file or move it away"
            own_files.report(file, f"not a readable voice file: {error}", then=then)
        else:
            everybody += [person] if person else []
    return sorted(everybody, key=lambda person: (person.series.casefold(), person.name.casefold()))


def _read(file: Path) -> Person | None:
    """The person in a file; None if it is missing. Raises `ValueError` if it is damaged."""
    content = own_files.read_json(file)
    if content is None:
        return None
    import msgspec

    person = msgspec.convert(content, Person)
    check(person)
    return person


def check(person: Person) -> None:
    """Raise `ValueError` with the place of an error: one invalid vector would fail every later film."""
    if not person.name.strip():
        raise ValueError("the name is empty")
    sizes: dict[tuple[str, str], int] = {}
    for k, clip in enumerate(person.clips):
        where = f"clip {k + 1} of {person.name}"
        if not abs(math.hypot(*clip.vector) - 1) < 1e-3:
            raise ValueError(f"the vector of {where} does not have length 1")
        if sizes.setdefault((clip.model, clip.revision), len(clip.vector)) != len(clip.vector):
            raise ValueError(f"the vector of {where} differs in size from others of its model")
        if not 0 < clip.seconds < math.inf:
            raise ValueError(f"{where} is {clip.seconds:g} seconds long")
        if not clip.model:
            raise ValueError(f"{where} names no model")


def find(name: str, series: str) -> Person | None:
    """The person of this name in this series, ignoring case and spacing."""
    return next((p for p in people() if same(p.name, name) and same(p.series, series)), None)


def same(one: str, other: str) -> bool:
    """Return whether two names, or two series, are equal, ignoring case and spacing."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def folder() -> Path:
    """The folder of all voice files."""
    return home() / "voices"


def write(person: Person) -> None:
    """Write a person's file. Raises `FatalError` (input) instead of replacing one that is damaged."""
    file = _file(person.name, person.series)
    try:
        _read(file)
    except ValueError as error:
        hint = "repair the file or move it away, and try again"
        raise FatalError(
            f"{file}: the voice of {person.name} cannot be read: {error}", hint, INPUT
        ) from error
    text = json_text.dumps(asdict(person))
    atomic.write(file, text, mode=PRIVATE)


def remove(person: Person) -> None:
    """Remove a person's file."""
    _file(person.name, person.series).unlink(missing_ok=True)


@contextlib.contextmanager
def changing() -> Iterator[None]:
    """Hold the lock for changes; `FatalError` (storage) if the folder is not writable."""
    with storage_errors(f"cannot write {folder()}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.hold(folder() / "lock"):
            yield


def _file(name: str, series: str) -> Path:
    words = "\0".join(" ".join(text.split()).casefold() for text in (series, name))
    return folder() / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.json"
