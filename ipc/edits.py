"""What a person changed of a film's subtitles, as both sides read it: the overlay that is laid over what the stages made.

An overlay is JSON:

    {"version": 1, "film": "movie.mkv",
     "speakers": [{"label": "SPEAKER_00", "name": "Diane" or null, "at": [[12.5, 17.0], ...]}, ...],
     "tracks": {"": [edit, ...], "en": [edit, ...]}}

    edit = {"before": [{"start": 1.0, "end": 2.5, "text": "..."}, ...],
            "after":  [{"start": 1.0, "end": 2.5, "text": "...", "speakers": ["SPEAKER_00"]}, ...]}

The track of the language spoken has the empty name, that of a translation its language's. `before` are the cues as the machine
made them, `after` is what stands in their place: none deletes them; where `before` is empty, cues are put in. `text` has line breaks
and no speaker labels; `speakers` are labels in the order of the lines that begin with a dash, else one or none. Labels are a run's own: `at`,
stretches in which a voice speaks, finds it again where another run labels it otherwise. A name holds for the whole film. Times
are seconds on the film's clock.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ipc.intervals import overlap

VERSION = 1
LONGEST = 4000
"""Characters of a cue's text: what is longer is no cue."""


class DamagedError(ValueError):
    """A text that is no overlay; the message is a sentence that says where it is wrong."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A cue: seconds, its text with line breaks, the labels of who speaks (empty for cues as the machine made them)."""

    start: float
    end: float
    text: str
    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What stood there, and what a person put in its place."""

    before: tuple[Shown, ...]
    after: tuple[Shown, ...]

    def span(self) -> tuple[float, float]:
        """The film's time that it is about: from the first to the last of what it took out, or else of what it put in."""
        cues = self.before or self.after
        return min(cue.start for cue in cues), max(cue.end for cue in cues)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A voice by its label: its name where a person gave one, and where it speaks."""

    label: str
    name: str | None = None
    at: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Everything that was edited of one film."""

    film: str = ""
    speakers: tuple[Person, ...] = ()
    tracks: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was edited: a voice that nobody named is only there to be found by the edits."""
        return any(person.name for person in self.speakers) or any(self.tracks.values())

    def dump(self) -> str:
        """The overlay as JSON, for people to read too."""
        tracks = {name: [_dumped(edit) for edit in edits] for name, edits in self.tracks.items() if edits}
        content = {
            "version": VERSION,
            "film": self.film,
            "speakers": [asdict(person) for person in self.speakers],
            "tracks": tracks,
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


class Voice(NamedTuple):
    """The voice of this run that a person of the overlay is: its label, and for how many seconds it speaks where the person does."""

    label: str
    seconds: float


def voices(overlay: Overlay, spoken: Iterable[tuple[float, float, str]]) -> dict[str, Voice]:
    """Each person's voice among those of a run, by the person's label. `spoken` are its turns: start, end, label.

    A person whom no voice fits keeps the label, with a star where another voice has it now.
    """
    turns = list(spoken)
    labels = {label for _, _, label in turns}
    found = {}
    for person in overlay.speakers:
        shared: dict[str, float] = {}
        for start, end in person.at:
            for a, b, label in turns:
                if (seconds := overlap(start, end, a, b)) > 0:
                    shared[label] = shared.get(label, 0.0) + seconds
        if shared:
            best = max(sorted(shared), key=shared.__getitem__)
            found[person.label] = Voice(best, shared[best])
        else:
            taken = person.at and person.label in labels
            found[person.label] = Voice(f"{person.label}*" if taken else person.label, 0.0)
    return found


def parse(text: str) -> Overlay:
    """The overlay that `text` holds; `DamagedError` says what in it is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"not valid JSON: {error}") from error
    top = _mapping(content, "it")
    if top.get("version") != VERSION:
        raise DamagedError(f"its version is {top.get('version')!r}, expected {VERSION}")
    speakers = tuple(
        _person(one, f"speakers[{k}]") for k, one in enumerate(_list(top.get("speakers", []), "speakers"))
    )
    tracks = {}
    for name, edits in _mapping(top.get("tracks", {}), "tracks").items():
        where = f"tracks[{name!r}]"
        tracks[name] = tuple(edit_of(one, f"{where}[{k}]") for k, one in enumerate(_list(edits, where)))
    return Overlay(film=_text(top.get("film", ""), "film"), speakers=speakers, tracks=tracks)


def edit_of(value: Any, where: str) -> Edit:
    """One edit of plain JSON; `DamagedError` names the place."""
    content = _mapping(value, where)
    before, after = (
        tuple(
            shown_of(one, f"{where}.{side}[{k}]")
            for k, one in enumerate(_list(content.get(side, []), f"{where}.{side}"))
        )
        for side in ("before", "after")
    )
    if not before and not after:
        raise DamagedError(f"{where} changes nothing: before and after are empty")
    return Edit(before=before, after=after)


def shown_of(value: Any, where: str) -> Shown:
    """One cue of plain JSON; `DamagedError` names the place."""
    content = _mapping(value, where)
    start, end = (_seconds(content.get(side), f"{where}.{side}") for side in ("start", "end"))
    if end <= start:
        raise DamagedError(f"{where} ends before it starts: {start:g} to {end:g}")
    text = _text(content.get("text"), f"{where}.text")
    if len(text) > LONGEST:
        raise DamagedError(f"{where}.text has {len(text)} characters, more than {LONGEST}")
    speakers = _list(content.get("speakers", []), f"{where}.speakers")
    return Shown(
        start=start,
        end=end,
        text=text,
        speakers=tuple(_text(label, f"{where}.speakers") for label in speakers),
    )


def _person(value: Any, where: str) -> Person:
    content = _mapping(value, where)
    label = _text(content.get("label"), f"{where}.label")
    if not label:
        raise DamagedError(f"{where}.label is empty")
    name = content.get("name")
    spans = []
    for k, one in enumerate(_list(content.get("at", []), f"{where}.at")):
        pair = _list(one, f"{where}.at[{k}]")
        if len(pair) != 2:
            raise DamagedError(f"{where}.at[{k}] is not a pair of times")
        spans.append((_seconds(pair[0], f"{where}.at[{k}]"), _seconds(pair[1], f"{where}.at[{k}]")))
    named = None if name is None else " ".join(_text(name, f"{where}.name").split()) or None
    return Person(label=label, name=named, at=tuple(spans))


def _dumped(edit: Edit) -> dict[str, Any]:
    before = [{"start": cue.start, "end": cue.end, "text": cue.text} for cue in edit.before]
    return {
        "before": before,
        "after": [{**asdict(cue), "speakers": list(cue.speakers)} for cue in edit.after],
    }


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DamagedError(f"{where} is not an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DamagedError(f"{where} is not a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise DamagedError(f"{where} is not a text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DamagedError(f"{where} contains half a character") from error
    if any(ord(char) < 32 and char not in "\n\t" for char in value):
        raise DamagedError(f"{where} contains control characters")
    return value


def _seconds(value: Any, where: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not 0 <= value < 1e7:
        raise DamagedError(f"{where} is not a time in seconds")
    return round(float(value), 3)
