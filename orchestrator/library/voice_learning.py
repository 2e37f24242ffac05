"""Saves the voices of a film for its series: of speakers whom the user or the dialogue named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from orchestrator.library import voice_files
from orchestrator.library.voice_files import Clip, Person, same
from orchestrator.util import memo

SURE = 0.9
"""Minimum confidence to save a voice by its name in the dialogue: a full introduction, or several agreeing
calls."""


def learn(
    film_digest: str,
    film: str,
    series: str,
    result: str,
    rows: Iterable[Mapping[str, Any]],
    heard: Mapping[str, Clip],
) -> list[Person]:
    """Save the voices of a film's named speakers for its series; return the people, each with the new clip.

    `rows` are those of the table of speakers, `heard` the film's voices by label. `result` identifies the
    table: the same result is not processed twice, so that a removed voice stays removed. Saved are names from
    the user, and certain ones from the dialogue. Voices that were saved from this film before and no longer
    apply are removed, except those that the user named.
    """
    done = voice_files.folder() / "films" / f"{film_digest}.json"
    if memo.read(done, list[str]) == [result, series]:
        return []
    named = [row for row in rows if row["name"]]
    new: dict[str, Clip] = {}
    for row in named:
        sure = row["source"] == "asked" or (row["source"] == "dialogue" and row["confidence"] >= SURE)
        clip = heard.get(row["speaker"])
        if sure and clip is not None and clip.seconds >= voice_files.LEAST_S:
            new[row["name"]] = replace(
                clip, source=film, learnt=row["source"], film=film_digest, speaker=row["speaker"]
            )
    with voice_files.changing():
        fresh = _exchange(film_digest, series, new, {row["speaker"]: row for row in named})
    memo.keep(done, [result, series])
    return fresh


def _exchange(
    film_digest: str, series: str, new: Mapping[str, Clip], named: Mapping[str, Mapping[str, Any]]
) -> list[Person]:
    """Replace the voices that were saved from a film."""
    fresh: list[Person] = []
    known = {person.name.casefold(): person for person in voice_files.people() if same(person.series, series)}
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
            voice_files.write(replace(person, clips=clips))
        elif not clips:
            voice_files.remove(person)
    return sorted(fresh, key=lambda person: person.name.casefold())


def _holds(name: str, clip: Clip, named: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a clip that was saved from the film before still applies."""
    if any(row["source"] == "voice" and same(row["name"], name) for row in named.values()):
        return True
    now = named.get(clip.speaker)
    # A name from the user holds until the user gives another, whatever the dialogue says.
    return clip.learnt == "asked" and (now is None or now["source"] != "asked" or same(now["name"], name))


def _alike(one: Clip, other: Clip) -> bool:
    return (one.film, one.model, one.revision) == (other.film, other.model, other.revision) and all(
        abs(a - b) < 1e-6 for a, b in zip(one.vector, other.vector, strict=False)
    )
