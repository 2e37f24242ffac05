"""Voices as they lie on the disk: a file a person under the tool's home, for all films or for the films of one series.

A person has a voice a clip: its embedding, the model that made it, and where it was heard. Voices tell who somebody is: the
folder and its files are their owner's alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ipc import atomic
from orchestrator.paths import home
from orchestrator.util import locks
from orchestrator.util.storage_errors import storage_errors

LEAST_S = 5.0
"""Seconds of one person's speech that a voice is made of at least: with less, different people came near to one another."""
PRIVATE = 0o600
"""Permissions of a file with voices."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A voice as it was heard once.

    `vector` has unit length and is of the `model` with this `revision`; `source` names the recording, `film` is its digest. Of
    one that was `learnt` (asked: the user named it, dialogue: it was named in the film) `speaker` is its label there.
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
    """Whose voice: in all films, or with a `series` in its films only."""

    name: str
    series: str = ""
    clips: tuple[Clip, ...] = ()

    @property
    def seconds(self) -> float:
        """Speech that is known of the person."""
        return sum(clip.seconds for clip in self.clips)


def people() -> list[Person]:
    """Everybody whose voice is known, by series and name. A file that cannot be read is left out, with a line that says why."""
    files = sorted(folder().glob("*.json")) if folder().is_dir() else []
    if not files:
        return []
    import msgspec

    everybody = []
    for file in files:
        try:
            person = msgspec.json.decode(file.read_bytes(), type=Person)
            check(person)
        except (OSError, ValueError) as error:
            print(
                f"orchestrator: {file}: not a readable voice file, skipped: {error}",
                file=sys.stderr,
            )
        else:
            everybody.append(person)
    return sorted(everybody, key=lambda person: (person.series.casefold(), person.name.casefold()))


def check(person: Person) -> None:
    """`ValueError` that names the place where it is no voice: one bad vector would fail every later film."""
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
    """The person of this name in this series, however it is written."""
    return next((p for p in people() if same(p.name, name) and same(p.series, series)), None)


def same(one: str, other: str) -> bool:
    """Whether two names, or two series, are one: case and blanks make no difference."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def folder() -> Path:
    """Where the files are."""
    return home() / "voices"


def write(person: Person) -> None:
    """Write a person, in the place of what was known."""
    text = json.dumps(asdict(person), ensure_ascii=False)
    atomic.write(_file(person.name, person.series), text, mode=PRIVATE)


def remove(person: Person) -> None:
    """Remove a person's file."""
    _file(person.name, person.series).unlink(missing_ok=True)


@contextlib.contextmanager
def changing() -> Iterator[None]:
    """One program at a time changes what is known; `FatalError` (storage) where it cannot be written."""
    with storage_errors(f"cannot write {folder()}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.hold(folder() / "lock"):
            yield


def _file(name: str, series: str) -> Path:
    words = "\0".join(" ".join(text.split()).casefold() for text in (series, name))
    return folder() / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.json"
