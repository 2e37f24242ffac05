"""Turns the cues from a page into edits: which cues were changed, and what they replaced.

The cues from the page are compared with those of the last run, automatic ones and edits. Cues that belong
together become one edit: those that overlap in time, those of an edit that is changed again, and those that
an edit replaced. Unchanged edits stay as they are, and so do those outside the processed part of the film.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ipc.edits import Edit, Overlay, Person, Shown, voices
from ipc.intervals import overlap
from ipc.override_codes import Code
from orchestrator.review.groups import Node, Together
from orchestrator.review.tracks import Track, clean, key_of, overlapping

_SPANS = 20
"""Number of turns by which a later run identifies a speaker."""
Turn = tuple[float, float, str]
Links = Mapping[Shown, Sequence[int]]
"""The indexes of the shown cues that a wanted cue replaces."""


def here(overlay: Overlay, turns: Sequence[Turn]) -> Overlay:
    """The edits with the speaker labels of this run."""
    found = {label: voice.label for label, voice in voices(overlay, turns).items()}
    people: dict[str, Person] = {}
    for person in overlay.speakers:
        label = found[person.label]
        if label not in people or (person.name and not people[label].name):
            people[label] = replace(person, label=label)

    def labelled(cue: Shown) -> Shown:
        return replace(cue, speakers=tuple(found.get(label, label) for label in cue.speakers))

    tracks = {
        name: tuple(replace(edit, after=tuple(map(labelled, edit.after))) for edit in edits)
        for name, edits in overlay.tracks.items()
    }
    return Overlay(film=overlay.film, speakers=tuple(people.values()), tracks=tracks)


def overlay_of(
    film: str,
    before: Overlay,
    tracks: Mapping[str, tuple[Track, Sequence[Shown]]],
    names: Mapping[str, str | None],
    turns: Sequence[Turn],
    links: Links = MappingProxyType({}),
) -> Overlay:
    """The edits that turn the automatic cues into those of `tracks`: by name, the last run's and the wanted.

    `before` are that run's edits with its labels. `names` are the names that speakers should have, by label,
    None for the automatic name; speakers without an entry keep theirs. `links` are the shown cues that a
    wanted one replaces, where it is known.
    """
    edits = dict(before.tracks)
    for name, (track, wanted) in tracks.items():
        edits[name] = edits_of(track, wanted, before.tracks.get(name, ()), links)
    known = {person.label: person for person in before.speakers}
    called = {label: person.name for label, person in known.items()} | dict(names)
    used = [label for each in edits.values() for edit in each for cue in edit.after for label in cue.speakers]
    labels = dict.fromkeys([*(label for label, name in called.items() if name), *used])
    people = [
        Person(
            label=label,
            name=called.get(label),
            at=_where(label, turns) or (known[label].at if label in known else ()),
        )
        for label in labels
    ]
    return Overlay(
        film=film, speakers=tuple(people), tracks={name: own for name, own in edits.items() if own}
    )


def _where(label: str, turns: Sequence[Turn]) -> tuple[tuple[float, float], ...]:
    """The longest turns of a speaker, in order of time."""
    own = sorted((turn for turn in turns if turn[2] == label), key=lambda turn: turn[0] - turn[1])[:_SPANS]
    return tuple((round(start, 3), round(end, 3)) for start, end, _ in sorted(own))


def edits_of(
    track: Track, wanted: Sequence[Shown], old: Sequence[Edit], links: Links = MappingProxyType({})
) -> tuple[Edit, ...]:
    """The edits that turn `track.base` into `wanted`; `old` are those that made `track.shown`.

    `links` are the indexes of the shown cues that a wanted one replaces; others replace those at their time.
    """
    cleaned = [(clean(cue), links.get(cue)) for cue in wanted if cue.text.strip()]
    cleaned.sort(key=lambda one: (one[0].start, one[0].end))
    wanted = [cue for cue, _ in cleaned]
    together = Together(track, wanted, old, [link for _, link in cleaned])
    as_made = {key_of(cue) for cue in track.base}
    made = [
        (edit, edit.span())
        for group in together.changed()
        if (edit := _edit(track, wanted, old, group, as_made, together.loose))
    ]
    kept = [(edit, edit.span()) for k, edit in enumerate(old) if k in together.untouched]
    return tuple(edit for edit, _ in sorted([*made, *kept], key=lambda one: one[1]))


def _edit(
    track: Track,
    wanted: Sequence[Shown],
    old: Sequence[Edit],
    group: Sequence[Node],
    as_made: set[Any],
    loose: set[int],
) -> Edit | None:
    """The edit of a group; None if it leaves the automatic cues unchanged."""
    bases = [track.base[k] for kind, k in group if kind == "b"]
    earlier = [cue for kind, k in group if kind == "e" for cue in old[k].before]
    # the present automatic cues of that time replace the earlier ones, if there are any
    stale = [cue for cue in earlier if not any(overlapping(cue, base.start, base.end) for base in bases)]
    # cues without an automatic counterpart, beside a re-laid out edit, stay as they are
    alone = [track.shown[k] for kind, k in group if kind == "s" and k in loose]
    before = {key_of(cue)[:3]: cue for cue in [*stale, *bases, *alone]}
    after = sorted((wanted[k] for kind, k in group if kind == "n"), key=lambda cue: (cue.start, cue.end))
    was = sorted(before.values(), key=lambda cue: (cue.start, cue.end))
    formatted = [cue for kind, k in group if kind == "e" for cue in old[k].after if cue.codes]
    after = [replace(cue, codes=_codes(cue, formatted)) for cue in after]
    as_before = not any(cue.codes for cue in after)
    if (
        as_before
        and [key_of(cue)[:3] for cue in was] == [key_of(cue)[:3] for cue in after]
        and all(key_of(cue) in as_made for cue in after)
    ):
        return None
    if not was and not after:
        return None
    return Edit(before=tuple(replace(cue, speakers=(), codes=None) for cue in was), after=tuple(after))


def _codes(cue: Shown, formatted: Sequence[Shown]) -> tuple[Code, ...] | None:
    """The override codes of a cue; if nothing is known of them, those of the cue in `formatted` before it.

    If its text has changed, that is those at the start, such as its place.
    """
    if cue.codes is not None:
        return cue.codes or None
    shared = [(overlap(cue.start, cue.end, other.start, other.end), other) for other in formatted]
    seconds, other = max(shared, key=lambda one: one[0], default=(0.0, cue))
    if seconds <= 0:
        return None
    return tuple(one for one in other.codes or () if other.text == cue.text or one.at == 0) or None
