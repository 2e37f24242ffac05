r"""The user's edits of a film's subtitles, in the form that both sides read.

They are JSON:

    {"version": 1, "film": "movie.mkv",
     "speakers": [{"label": "SPEAKER_00", "name": "Diane" or null, "at": [[12.5, 17.0], ...]}, ...],
     "tracks": {"": [edit, ...], "en": [edit, ...]}}

    edit = {"before": [{"start": 1.0, "end": 2.5, "text": "..."}, ...],
            "after":  [{"start": 1.0, "end": 2.5, "text": "...", "speakers": ["SPEAKER_00"],
                        "codes": [[0, "\\an8"], ...]}, ...]}

The track of the source language has the empty name, that of a translation the target language's code. `after`
replaces `before`, the automatic cues: an empty `after` deletes them, an empty `before` inserts cues. `text`
has line breaks and no speaker labels; `speakers` are labels in the order of the lines that begin with a dash,
else one or none. A label belongs to one run: `at`, times at which the speaker talks, identifies the speaker
in another run. A name holds for the whole film. `codes`, which may be missing, are ASS override codes at
places in the text (`ipc/override_codes.py`). Times are seconds on the film's clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ipc import json_text, override_codes
from ipc.intervals import overlap
from ipc.override_codes import Code

VERSION = 1
LONGEST = 4000
"""Maximum characters of a cue's text."""


class DamagedError(ValueError):
    """A text that is not valid edits; the message states where it is wrong."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A cue: seconds, its text with line breaks, the labels of its speakers (empty for automatic cues).

    `codes` are its ASS override codes; None if nothing is known of them, which leaves them as they are.
    """

    start: float
    end: float
    text: str
    speakers: tuple[str, ...] = ()
    codes: tuple[Code, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The cues that a user replaced, and their replacement."""

    before: tuple[Shown, ...]
    after: tuple[Shown, ...]

    def span(self) -> tuple[float, float]:
        """The film's time from the first to the last of the replaced cues, or else of the new ones."""
        cues = self.before or self.after
        return min(cue.start for cue in cues), max(cue.end for cue in cues)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A speaker by label: the name if the user gave one, and when the speaker talks."""

    label: str
    name: str | None = None
    at: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """All edits of one film."""

    film: str = ""
    speakers: tuple[Person, ...] = ()
    tracks: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether anything was edited; a speaker without a name only serves to identify labels."""
        return any(person.name for person in self.speakers) or any(self.tracks.values())

    def dump(self) -> str:
        """The edits as readable JSON."""
        tracks = {name: [_dumped(edit) for edit in edits] for name, edits in self.tracks.items() if edits}
        content = {
            "version": VERSION,
            "film": self.film,
            "speakers": [asdict(person) for person in self.speakers],
            "tracks": tracks,
        }
        return json_text.dumps(content, indent=1) + "\n"


class Voice(NamedTuple):
    """The label of a person in this run, and for how many seconds of the person's times it speaks."""

    label: str
    seconds: float


def voices(overlay: Overlay, spoken: Iterable[tuple[float, float, str]]) -> dict[str, Voice]:
    """The voice of each person in a run, by the person's label. `spoken` are its turns: start, end, label.

    A person without a matching voice keeps the label, with a star if another voice has it now.
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
    """The edits in `text`; `DamagedError` states what is wrong."""
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
        codes=_codes(content["codes"], text, f"{where}.codes") if "codes" in content else None,
    )


def _codes(value: Any, text: str, where: str) -> tuple[Code, ...]:
    given = _list(value, where)
    if len(given) > override_codes.MOST:
        raise DamagedError(f"{where} has {len(given)} codes, more than {override_codes.MOST}")
    codes = []
    for one in given:
        pair = _list(one, where)
        if len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] <= len(text):
            raise DamagedError(f"{where} has a code without a place in the text")
        if not override_codes.valid(_text(pair[1], where)):
            raise DamagedError(f"{where} has {pair[1]!r}, which is no override code")
        codes.append(Code(pair[0], pair[1]))
    return tuple(codes)


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
    after = []
    for cue in edit.after:
        own = {"start": cue.start, "end": cue.end, "text": cue.text, "speakers": list(cue.speakers)}
        after.append({**own, "codes": [list(one) for one in cue.codes]} if cue.codes else own)
    return {"before": before, "after": after}


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
    # Not a number is in no range either; `math.isfinite` fails for whole numbers that no float can hold.
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e7:
        raise DamagedError(f"{where} is not a time in seconds")
    return round(float(value), 3)
