"""The saved voices: adds, removes, exports and imports them, and prepares them for films.

The voices for a film are one file, named by its content, without those that this film's own dialogue gave. So
saving voices from a film does not change its result (`voice_learning`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from ipc.suggest import nearest
from orchestrator.errors import USAGE, FatalError
from orchestrator.library import voice_files
from orchestrator.library.voice_files import Clip, Person, same
from orchestrator.storage.manifest import Manifest
from orchestrator.util import memo

UNLIKE, LIKE = 0.4, 0.65
"""Cosine below which two clips are probably of different people, and from which of the same: see
docs/decisions."""
SUBJECT = "voices"


@dataclass(frozen=True, kw_only=True)
class _Export:
    """People in a file for another machine."""

    people: tuple[Person, ...]
    version: int = 1


def add(name: str, clips: Sequence[Clip], series: str = "") -> Person:
    """Add clips to a person; a clip of the same recording replaces the older one. Returns the person."""
    with voice_files.changing():
        person = voice_files.find(name, series) or Person(name=name, series=series)
        again = {(clip.film, clip.model, clip.revision) for clip in clips}
        older = tuple(c for c in person.clips if c.learnt or (c.film, c.model, c.revision) not in again)
        person = replace(person, clips=(*older, *clips))
        voice_files.write(person)
    return person


def remove(name: str, series: str | None = None) -> list[Person]:
    """Remove a person in one series, or in all (None); `FatalError` (usage) if there is none of that name."""
    with voice_files.changing():
        gone = [
            person
            for person in voice_files.people()
            if same(person.name, name) and (series is None or same(person.series, series))
        ]
        if not gone:
            raise FatalError(
                f"no saved voice is called {name}" + (f" in {series}" if series else ""),
                f"did you mean {near}?"
                if (near := nearest(name, [person.name for person in voice_files.people()]))
                else "list them: orchestrator voices list",
                USAGE,
            )
        for person in gone:
            voice_files.remove(person)
        memo.forget(SUBJECT)  # the copies for films contain the person too
    return gone


def library(film_digest: str, series: str) -> Path | None:
    """A file with the voices to look for in the film, or None if there are none.

    It contains the voices for all films and for the series, except those that the film's own dialogue gave. A
    name from the user is still recognised when the film is run again without it.
    """
    voices = [
        {
            "name": person.name,
            "series": person.series,
            "vector": clip.vector,
            "model": clip.model,
            "revision": clip.revision,
            "seconds": clip.seconds,
            "source": clip.source,
        }
        for person in voice_files.people()
        if not person.series or (series and same(person.series, series))
        for clip in person.clips
        if not (clip.learnt == "dialogue" and clip.film == film_digest)
    ]
    if not voices:
        return None
    content = {"version": 1, "voices": voices}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    file = memo.folder(SUBJECT) / f"{digest[:32]}.json"
    if memo.read(file, dict[str, Any]) != json.loads(json.dumps(content)):
        memo.keep(file, content, mode=voice_files.PRIVATE)
    return file if file.is_file() else None


def cosine(one: Clip, other: Clip) -> float | None:
    """The cosine similarity of two voices; None if different models made them."""
    if (one.model, one.revision) != (other.model, other.revision):
        return None
    return sum(a * b for a, b in zip(one.vector, other.vector, strict=False))


def dump(persons: Sequence[Person]) -> str:
    """People as JSON, for `load`."""
    return json.dumps(asdict(_Export(people=tuple(persons))), ensure_ascii=False)


def load(text: str) -> list[Person]:
    """Add the people in the output of `dump`; `FatalError` (usage) if it is something else."""
    import msgspec

    try:
        people = msgspec.convert(json_of(text), _Export).people
        for person in people:
            voice_files.check(person)
    except ValueError as error:
        raise FatalError(
            f"not a file of voices: {error}", "write one: orchestrator voices export FILE", USAGE
        ) from error
    return [add(person.name, person.clips, person.series) for person in people]


def of_results(rows: list[dict[str, Any]], made: Manifest, source: str, digest: str) -> dict[str, Clip]:
    """The voices in rows of embeddings, by label; `made` is the result of `diarization` with these rows."""
    return {
        row["speaker"]: Clip(
            vector=tuple(round(value, 7) for value in row["vector"]),
            model=made.model,
            revision=made.revision,
            seconds=round(row["seconds"], 2),
            source=source,
            added=dt.datetime.now().astimezone().date().isoformat(),
            film=digest,
        )
        for row in rows
    }
