"""Groups the cues and edits that belong together when a track is changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from ipc.edits import Edit, Shown
from ipc.intervals import Overlapping
from orchestrator.review.tracks import CLOSE_S, Track, clean, key_of, overlapping

Node = tuple[str, int]
"""A cue or edit by its index: `s` a shown cue, `n` a wanted one, `e` an old edit, `b` an automatic cue."""


class Together:
    """Groups what belongs together, by union-find."""

    def __init__(
        self,
        track: Track,
        wanted: Sequence[Shown],
        old: Sequence[Edit],
        links: Sequence[Sequence[int] | None],
    ) -> None:
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
                    if _formatted_otherwise(wanted[b], shown[a]):
                        gone.add(a)
                        fresh.append(b)
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
            if (link := links[k]) is not None:
                for i in link:
                    self._join(("n", k), ("s", i))
                continue
            near = spans.over(cue)
            own = [i for i in near if i in gone]
            again = [e for e in deleted if overlapping(cue, *old[e].span())]
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


def _formatted_otherwise(wanted: Shown, shown: Shown) -> bool:
    return wanted.codes is not None and wanted.codes != (shown.codes or ())


def _owners(track: Track, old: Sequence[Edit]) -> dict[int, int]:
    """The old edit of each edited cue."""
    by: dict[tuple[float, float, tuple[str, ...]], list[int]] = {}
    for e, edit in enumerate(old):
        for cue in edit.after:
            by.setdefault(key_of(clean(cue))[:3], []).append(e)
    found = {}
    for k in sorted(track.edited):
        if (owners := by.get(key_of(track.shown[k])[:3])) is not None:
            found[k] = owners.pop(0) if len(owners) > 1 else owners[0]
    return found


class _ByTime:
    """Cues, searched by time."""

    def __init__(self, cues: Sequence[Shown]) -> None:
        self._cues = Overlapping((cue.start, cue.end) for cue in cues)

    def over(self, cue: Shown) -> list[int]:
        """Indexes of the cues that overlap it."""
        return self._cues.with_part_of(cue.start, cue.end, CLOSE_S)
