"""What a film teaches about the voices of its series: whom the user named in it, and whom its dialogue surely names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from orchestrator.library import voice_files
from orchestrator.library.voice_files import Clip, Person, same
from orchestrator.util import memo

SURE = 0.9
"""Confidence from which a name that the dialogue gives is remembered: an introduction in so many words, or calls that agree."""


def learn(
    film_digest: str,
    film: str,
    series: str,
    result: str,
    rows: Iterable[Mapping[str, Any]],
    heard: Mapping[str, Clip],
) -> list[Person]:
    """Remember for a series who the voices of one of its films are; returns whom with the clip that is new of each.

    `rows` are those of the table of speakers, `heard` the film's voices by label, `result` names the table: what was made of
    it is not made again, so that what somebody removed stays so. Learnt is what the user said, and what the dialogue said
    surely. What was learnt of the film before and does not hold any more is forgotten, except what the user once said, until
    the user says otherwise.
    """
    done = voice_files.folder() / "films" / f"{film_digest}.json"
    if memo.read(done) == [result, series]:
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
    """Put what a film teaches in the place of what it taught before."""
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
    """Whether a clip that the film taught earlier still is what the film says."""
    if any(row["source"] == "voice" and same(row["name"], name) for row in named.values()):
        return True
    now = named.get(clip.speaker)
    # What the user once said holds until the user says otherwise, whatever the dialogue says.
    return clip.learnt == "asked" and (now is None or now["source"] != "asked" or same(now["name"], name))


def _alike(one: Clip, other: Clip) -> bool:
    return (one.film, one.model, one.revision) == (other.film, other.model, other.revision) and all(
        abs(a - b) < 1e-6 for a, b in zip(one.vector, other.vector, strict=False)
    )
