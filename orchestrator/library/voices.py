"""The voices that are known by name: those that somebody added from clips, and those that were learnt from the films of a series.

A person is a file under the tool's home, for all films or for one series, with a voice a clip: its embedding, the model that made it, and
where it was heard. What a film may use of them is one file, named by its content, without what was learnt from that very film: so a film's result
stays what it is when the film itself is learnt from. Voices tell who somebody is: the folder is its owner's alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ipc import atomic
from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import home
from orchestrator.storage.manifest import Manifest
from orchestrator.util import locks, memo
from orchestrator.util.storage_errors import storage_errors

LEAST_S = 5.0
"""Seconds of one person's speech that a voice is made of at least: with less, different people came near to one another."""
SURE = 0.9
"""From this confidence on a name that the dialogue told is remembered for the series: an introduction in so many words, or calls that agree."""
UNLIKE, LIKE = 0.4, 0.65
"""Cosines under which two clips are hardly one person's, and from which they hardly are two people's: see docs/decisions."""
SUBJECT = "voices"
_PRIVATE = 0o600
"""Permissions of a file with voices: they tell who somebody is."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A voice as it was heard once.

    `vector` has unit length and is of the `model` with this `revision`; `source` names the recording, `film` is its digest. Of one that
    was `learnt` (asked: the user named it, dialogue: it was named in the film) `speaker` is its label there.
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


def today() -> str:
    """The date, for people."""
    return dt.datetime.now().astimezone().date().isoformat()


def people() -> list[Person]:
    """Everybody whose voice is known, by series and name. A file that cannot be read is left out, and said."""
    found = []
    for file in sorted(_folder().glob("*.json")) if _folder().is_dir() else ():
        try:
            found.append(_person(json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            print(f"orchestrator: {file} is no voice that can be read, and is left out", file=sys.stderr)
    return sorted(found, key=lambda person: (person.series.casefold(), person.name.casefold()))


def add(name: str, clips: Sequence[Clip], series: str = "") -> Person:
    """Keep more clips of a person; one of the same recording takes the place of the older. Returns the whole person."""
    with _changing():
        person = _find(name, series) or Person(name=name, series=series)
        again = {(clip.film, clip.model, clip.revision) for clip in clips}
        older = tuple(c for c in person.clips if c.learnt or (c.film, c.model, c.revision) not in again)
        person = replace(person, clips=(*older, *clips))
        _write(person)
    return person


def remove(name: str, series: str | None = None) -> list[Person]:
    """Forget a person, in one series or (None) wherever the name is; `FatalError` (usage) where there is nobody of that name."""
    with _changing():
        found = [p for p in people() if _same(p.name, name) and (series is None or _same(p.series, series))]
        if not found:
            raise FatalError(
                f"nobody called {name} is known" + (f" in {series}" if series else ""),
                "orchestrator voices list shows who is",
                USAGE,
            )
        for person in found:
            _file(person.name, person.series).unlink(missing_ok=True)
        memo.forget(SUBJECT)  # the copies that films were handed: who is forgotten is forgotten there too
    return found


def library(film_digest: str, series: str) -> Path | None:
    """A file with the voices that may be in the film, or None where none is known.

    Those of everybody, those of the series, but none that the film's own dialogue taught. Whom the user named in it stays named when the film
    is run again without saying so.
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
        for person in people()
        if not person.series or (series and _same(person.series, series))
        for clip in person.clips
        if not (clip.learnt == "dialogue" and clip.film == film_digest)
    ]
    if not voices:
        return None
    content = {"version": 1, "voices": voices}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    file = memo.folder(SUBJECT) / f"{digest[:32]}.json"
    if not file.is_file():
        memo.keep(file, content, mode=_PRIVATE)
    return file if file.is_file() else None


def learn(
    film_digest: str,
    film: str,
    series: str,
    result: str,
    rows: Iterable[Mapping[str, Any]],
    heard: Mapping[str, Clip],
) -> list[Person]:
    """Remember for a series who the voices of one of its films are; returns whom with the clip that is new of each.

    `rows` are those of the table of speakers, `heard` the film's voices by label, `result` names the table: what was made of it
    is not made again, so that what somebody removed stays so. Learnt is what the user said, and what the dialogue said
    surely. What was learnt of the film before and does not hold any more is forgotten, except what the user once said, until he says otherwise.
    """  # fmt: skip
    done = _folder() / "films" / f"{film_digest}.json"
    if memo.read(done) == [result, series]:
        return []
    named = [row for row in rows if row["name"]]
    new: dict[str, Clip] = {}
    for row in named:
        sure = row["source"] == "asked" or (row["source"] == "dialogue" and row["confidence"] >= SURE)
        clip = heard.get(row["speaker"])
        if sure and clip is not None and clip.seconds >= LEAST_S:
            new[row["name"]] = replace(
                clip, source=film, learnt=row["source"], film=film_digest, speaker=row["speaker"]
            )
    with _changing():
        fresh = _exchange(film_digest, series, new, {row["speaker"]: row for row in named})
    memo.keep(done, [result, series])
    return fresh


def _exchange(
    film_digest: str, series: str, new: Mapping[str, Clip], named: Mapping[str, Mapping[str, Any]]
) -> list[Person]:
    """Put what a film teaches in the place of what it taught before."""
    fresh: list[Person] = []
    known = {person.name.casefold(): person for person in people() if _same(person.series, series)}
    for name in {*(p.name for p in known.values()), *new}:
        person = known.get(name.casefold()) or Person(name=name, series=series)
        kept = tuple(
            clip
            for clip in person.clips
            if not (clip.learnt and clip.film == film_digest)
            or (name not in new and _holds(person.name, clip, named))
        )
        clips = (*kept, new[name]) if name in new else kept
        if name in new and not any(_alike(new[name], clip) for clip in person.clips):
            fresh.append(replace(person, clips=(new[name],)))
        if clips and clips != person.clips:
            _write(replace(person, clips=clips))
        elif not clips:
            _file(person.name, person.series).unlink(missing_ok=True)
    return sorted(fresh, key=lambda person: person.name.casefold())


def _holds(name: str, clip: Clip, named: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a clip that the film taught earlier still is what the film says."""
    if any(row["source"] == "voice" and _same(row["name"], name) for row in named.values()):
        return True
    now = named.get(clip.speaker)
    # What the user once said holds until the user says otherwise, whatever the dialogue says.
    return clip.learnt == "asked" and (now is None or now["source"] != "asked" or _same(now["name"], name))


def _alike(one: Clip, other: Clip) -> bool:
    return (one.film, one.model, one.revision) == (other.film, other.model, other.revision) and all(
        abs(a - b) < 1e-6 for a, b in zip(one.vector, other.vector, strict=False)
    )


def cosine(one: Clip, other: Clip) -> float | None:
    """How alike two voices are, 1 at most; None where different models made them."""
    if (one.model, one.revision) != (other.model, other.revision):
        return None
    return sum(a * b for a, b in zip(one.vector, other.vector, strict=False))


def dump(persons: Sequence[Person]) -> str:
    """People as JSON, to be read by `load` elsewhere."""
    return json.dumps({"version": 1, "people": [asdict(person) for person in persons]}, ensure_ascii=False)


def load(text: str) -> list[Person]:
    """The people in what `dump` wrote, added to those that are known; `FatalError` (usage) where it is something else."""
    try:
        found = [_person(body) for body in json.loads(text)["people"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FatalError(
            "that is no file of voices", "orchestrator voices export FILE writes one", USAGE
        ) from error
    return [add(person.name, person.clips, person.series) for person in found]


def _person(body: Mapping[str, Any]) -> Person:
    """A person as written; `ValueError`, `TypeError` or `KeyError` where it is none: one bad vector would fail every later film."""
    clips = tuple(
        Clip(**{**clip, "vector": tuple(map(float, clip["vector"])), "seconds": float(clip["seconds"])})
        for clip in body["clips"]
    )
    sizes: dict[tuple[str, str], int] = {}
    for clip in clips:
        length = math.sqrt(sum(value * value for value in clip.vector))
        same = sizes.setdefault((clip.model, clip.revision), len(clip.vector)) == len(clip.vector)
        texts = (clip.model, clip.revision, clip.source, clip.added, clip.learnt, clip.film, clip.speaker)
        if not (abs(length - 1) < 1e-3 and same and 0 < clip.seconds < math.inf):
            raise ValueError("that is no voice")
        if not clip.model or not all(isinstance(text, str) for text in texts):
            raise ValueError("that is no clip")
    if not str(body["name"]).strip() or not isinstance(body["series"], str):
        raise ValueError("that is nobody")
    return Person(name=str(body["name"]), series=body["series"], clips=clips)


def _find(name: str, series: str) -> Person | None:
    return next((p for p in people() if _same(p.name, name) and _same(p.series, series)), None)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _folder() -> Path:
    return home() / "voices"


def _file(name: str, series: str) -> Path:
    words = "\0".join(" ".join(text.split()).casefold() for text in (series, name))
    return _folder() / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.json"


def _write(person: Person) -> None:
    """Write a person, whole or not at all."""
    file = _file(person.name, person.series)
    atomic.write(file, json.dumps(asdict(person), ensure_ascii=False), mode=_PRIVATE)


@contextlib.contextmanager
def _changing() -> Iterator[None]:
    """One program at a time changes what is known; `FatalError` (storage) where it cannot be written."""
    with storage_errors(f"cannot write {_folder()}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.hold(_folder() / "lock"):
            yield


def of_results(rows: list[dict[str, Any]], made: Manifest, source: str, digest: str) -> dict[str, Clip]:
    """The voices in rows of embeddings, by label; `made` is the result of `diarization` that holds them."""
    return {
        row["speaker"]: Clip(
            vector=tuple(round(value, 7) for value in row["vector"]),
            model=made.model,
            revision=made.revision,
            seconds=round(row["seconds"], 2),
            source=source,
            added=today(),
            film=digest,
        )
        for row in rows
    }
