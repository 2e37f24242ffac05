"""The voices that are known by name: added from clips, removed, taken to another machine, and handed to films.

What a film may use of them is one file, named by its content, without what was learnt from that very film: so a film's result
stays what it is when the film itself is learnt from (`voice_learning`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from orchestrator.errors import USAGE, FatalError
from orchestrator.library import voice_files
from orchestrator.library.voice_files import Clip, Person, same
from orchestrator.storage.manifest import Manifest
from orchestrator.util import memo

UNLIKE, LIKE = 0.4, 0.65
"""Cosines under which two clips are hardly one person's, and from which they hardly are two people's: see docs/decisions."""
SUBJECT = "voices"


@dataclass(frozen=True, kw_only=True)
class _Export:
    """People in a file for another machine."""

    people: tuple[Person, ...]
    version: int = 1


def add(name: str, clips: Sequence[Clip], series: str = "") -> Person:
    """Keep more clips of a person; one of the same recording takes the place of the older. Returns the whole person."""
    with voice_files.changing():
        person = voice_files.find(name, series) or Person(name=name, series=series)
        again = {(clip.film, clip.model, clip.revision) for clip in clips}
        older = tuple(c for c in person.clips if c.learnt or (c.film, c.model, c.revision) not in again)
        person = replace(person, clips=(*older, *clips))
        voice_files.write(person)
    return person


def remove(name: str, series: str | None = None) -> list[Person]:
    """Forget a person, in one series or (None) wherever the name is; `FatalError` (usage) where there is nobody of that name."""
    with voice_files.changing():
        gone = [
            person
            for person in voice_files.people()
            if same(person.name, name) and (series is None or same(person.series, series))
        ]
        if not gone:
            raise FatalError(
                f"no saved voice is called {name}" + (f" in {series}" if series else ""),
                "list them: orchestrator voices list",
                USAGE,
            )
        for person in gone:
            voice_files.remove(person)
        memo.forget(SUBJECT)  # the copies that films were handed: who is forgotten is forgotten there too
    return gone


def library(film_digest: str, series: str) -> Path | None:
    """A file with the voices that may be in the film, or None where none is known.

    Those of everybody, those of the series, but none that the film's own dialogue taught. Whom the user named in it stays named
    when the film is run again without saying so.
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
    if not file.is_file():
        memo.keep(file, content, mode=voice_files.PRIVATE)
    return file if file.is_file() else None


def cosine(one: Clip, other: Clip) -> float | None:
    """How alike two voices are, 1 at most; None where different models made them."""
    if (one.model, one.revision) != (other.model, other.revision):
        return None
    return sum(a * b for a, b in zip(one.vector, other.vector, strict=False))


def dump(persons: Sequence[Person]) -> str:
    """People as JSON, to be read by `load` elsewhere."""
    return json.dumps(asdict(_Export(people=tuple(persons))), ensure_ascii=False)


def load(text: str) -> list[Person]:
    """The people in what `dump` wrote, added to those that are known; `FatalError` (usage) where it is something else."""
    import msgspec

    try:
        people = msgspec.json.decode(text, type=_Export).people
        for person in people:
            voice_files.check(person)
    except ValueError as error:
        raise FatalError(
            f"not a file of voices: {error}", "write one: orchestrator voices export FILE", USAGE
        ) from error
    return [add(person.name, person.clips, person.series) for person in people]


def of_results(rows: list[dict[str, Any]], made: Manifest, source: str, digest: str) -> dict[str, Clip]:
    """The voices in rows of embeddings, by label; `made` is the result of `diarization` that holds them."""
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
