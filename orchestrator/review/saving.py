"""Turns the cues from a page into edits: which cues were changed, and what they replaced.

The cues from the page are compared with those of the last run, automatic ones and edits. Cues that belong
together become one edit: those that overlap in time, those of an edit that is changed again, and those that
an edit replaced. Unchanged edits stay as they are, and so do those outside the processed part of the film.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ipc.edits import Edit, Overlay, Person, Shown, voices
from ipc.intervals import Overlapping, overlap

EDITED = "edited"
_CLOSE_S = 0.005
_SPANS = 20
"""Number of turns by which a later run identifies a speaker."""
Turn = tuple[float, float, str]


@dataclass(frozen=True, kw_only=True)
class Track:
    """A track of the last run.

    `base` are the automatic cues, `shown` those with edits, which are at the indexes `edited`.
    """

    base: Sequence[Shown]
    shown: Sequence[Shown]
    edited: frozenset[int]


def track_of(base: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]) -> Track:
    """The track from the rows of two tables of cues."""
    edited = frozenset(k for k, row in enumerate(shown) if EDITED in row["flags"])
    return Track(base=_shown(base), shown=_shown(shown), edited=edited)


def _shown(rows: Sequence[Mapping[str, Any]]) -> list[Shown]:
    return [
        Shown(
            start=float(row["start"]),
            end=float(row["end"]),
            text=str(row["text"]),
            speakers=tuple(row["speakers"]),
        )
        for row in rows
    ]


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
) -> Overlay:
    """The edits that turn the automatic cues into those of `tracks`: by name, the last run's and the wanted.

    `before` are that run's edits with its labels. `names` are the names that speakers should have, by label,
    None for the automatic name; speakers without an entry keep theirs.
    """
    edits = dict(before.tracks)
    for name, (track, wanted) in tracks.items():
        edits[name] = edits_of(track, wanted, before.tracks.get(name, ()))
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


def edits_of(track: Track, wanted: Sequence[Shown], old: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that turn `track.base` into `wanted`; `old` are those that made `track.shown`."""
    wanted = sorted((_clean(cue) for cue in wanted if cue.text.strip()), key=lambda cue: (cue.start, cue.end))
    together = _Together(track, wanted, old)
    as_made = {key_of(cue) for cue in track.base}
    made = [
        (edit, edit.span())
        for group in together.changed()
        if (edit := _edit(track, wanted, old, group, as_made, together.loose))
    ]
    kept = [(edit, edit.span()) for k, edit in enumerate(old) if k in together.untouched]
    return tuple(edit for edit, _ in sorted([*made, *kept], key=lambda one: one[1]))


def _clean(cue: Shown) -> Shown:
    lines = [" ".join(line.split()) for line in cue.text.split("\n")]
    return replace(cue, text="\n".join(line for line in lines if line))


def key_of(cue: Shown) -> tuple[float, float, tuple[str, ...], tuple[str, ...]]:
    """The values by which cues are equal: times in hundredths, lines, speakers."""
    return round(cue.start, 2), round(cue.end, 2), tuple(cue.text.split("\n")), cue.speakers


Node = tuple[str, int]
"""A cue or edit by its index: `s` a shown cue, `n` a wanted one, `e` an old edit, `b` an automatic cue."""


class _Together:
    """Groups what belongs together, by union-find."""

    def __init__(self, track: Track, wanted: Sequence[Shown], old: Sequence[Edit]) -> None:
        self._up: dict[Node, Node] = {}
        shown = track.shown
        matcher = difflib.SequenceMatcher(
            None, [key_of(cue) for cue in shown], [key_of(cue) for cue in wanted], autojunk=False
        )
        self._changed: list[Node] = []
        fresh: list[int] = []
        gone: set[int] = set()
        for how, i, j, m, n in matcher.get_opcodes():
            if how == "equal":
                for a, b in zip(range(i, j), range(m, n), strict=True):
                    self._join(("s", a), ("n", b))
            else:
                gone |= set(range(i, j))
                fresh += range(m, n)
        self._changed = [*(("s", k) for k in sorted(gone)), *(("n", k) for k in fresh)]
        owner = _owners(track, old)
        bases = _ByTime(track.base)
        spans = _ByTime(shown)
        for k, cue in enumerate(shown):
            if k in owner:
                self._join(("s", k), ("e", owner[k]))
                continue
            same = next((b for b in bases.over(cue) if key_of(track.base[b]) == key_of(cue)), None)
            for b in bases.over(cue) if same is None else (same,):
                self._join(("s", k), ("b", b))
        self.loose = {k for k, cue in enumerate(shown) if k not in owner and not bases.over(cue)}
        for k, edit in enumerate(old):
            for cue in edit.before:
                for b in bases.over(cue):
                    self._join(("e", k), ("b", b))
        deleted = [k for k, edit in enumerate(old) if not edit.after]
        for k in fresh:
            cue = wanted[k]
            near = spans.over(cue)
            own = [i for i in near if i in gone]
            again = [e for e in deleted if _overlap(cue, *old[e].span())]
            for e in again:
                self._join(("n", k), ("e", e))
            for i in own or ([] if again else near):
                self._join(("n", k), ("s", i))
        touched = {self._find(node) for node in self._changed}
        self.untouched = {k for k in range(len(old)) if self._find(("e", k)) not in touched}

    def changed(self) -> Iterator[list[Node]]:
        """The groups with a change."""
        groups: dict[Node, list[Node]] = {self._find(node): [] for node in self._changed}
        for node in self._up:
            if (top := self._find(node)) in groups:
                groups[top].append(node)
        yield from groups.values()

    def _find(self, node: Node) -> Node:
        self._up.setdefault(node, node)
        while self._up[node] != node:
            self._up[node] = self._up[self._up[node]]
            node = self._up[node]
        return node

    def _join(self, one: Node, other: Node) -> None:
        self._up[self._find(one)] = self._find(other)


def _owners(track: Track, old: Sequence[Edit]) -> dict[int, int]:
    """The old edit of each edited cue."""
    by: dict[tuple[float, float, tuple[str, ...]], list[int]] = {}
    for e, edit in enumerate(old):
        for cue in edit.after:
            by.setdefault(key_of(_clean(cue))[:3], []).append(e)
    found = {}
    for k in sorted(track.edited):
        if (owners := by.get(key_of(track.shown[k])[:3])) is not None:
            found[k] = owners.pop(0) if len(owners) > 1 else owners[0]
    return found


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
    stale = [cue for cue in earlier if not any(_overlap(cue, base.start, base.end) for base in bases)]
    # cues without an automatic counterpart, beside a re-laid out edit, stay as they are
    alone = [track.shown[k] for kind, k in group if kind == "s" and k in loose]
    before = {key_of(cue)[:3]: cue for cue in [*stale, *bases, *alone]}
    after = sorted((wanted[k] for kind, k in group if kind == "n"), key=lambda cue: (cue.start, cue.end))
    was = sorted(before.values(), key=lambda cue: (cue.start, cue.end))
    if [key_of(cue)[:3] for cue in was] == [key_of(cue)[:3] for cue in after] and all(
        key_of(cue) in as_made for cue in after
    ):
        return None
    if not was and not after:
        return None
    return Edit(before=tuple(replace(cue, speakers=()) for cue in was), after=tuple(after))


class _ByTime:
    """Cues, searched by time."""

    def __init__(self, cues: Sequence[Shown]) -> None:
        self._cues = Overlapping((cue.start, cue.end) for cue in cues)

    def over(self, cue: Shown) -> list[int]:
        """Indexes of the cues that overlap it."""
        return self._cues.with_part_of(cue.start, cue.end, _CLOSE_S)


def _overlap(cue: Shown, start: float, end: float) -> bool:
    return overlap(cue.start, cue.end, start, end) > _CLOSE_S
