"""Who speaks the cues of an edited file: which names were changed, in a cue or in the whole film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ipc.edits import Overlay, Person, voices
from orchestrator.review.imported.bases import Base, Turn
from orchestrator.review.imported.file_cues import FileCue
from orchestrator.review.imported.matching import Group

_SPANS = 20
"""Turns by which a speaker of another run is found in this one."""


@dataclass(kw_only=True)
class Speakers:
    """The speakers of the cues of an edited file, by place; None where they stay.

    `renamed` are the names that were changed in the whole film, by label, `added` those of new speakers.
    """

    of: dict[int, tuple[str, ...] | None] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)


def speakers_of(
    base: Base, ours: Sequence[FileCue], theirs: Sequence[FileCue], groups: Sequence[Group], *, labelled: bool
) -> Speakers:
    """Compare the names of both files. `labelled` is whether they are labels, which hold until the next."""
    return _Comparison(base, ours, theirs, groups, labelled=labelled).speakers()


def in_run(base: Base, turns: Sequence[Turn]) -> dict[str, str]:
    """The labels of the base's speakers in another run, whose turns are these."""
    if list(base.turns) == list(turns):
        return {}
    people = []
    for label in base.names:
        own = sorted((one for one in base.turns if one[2] == label), key=lambda one: one[0] - one[1])[:_SPANS]
        people.append(Person(label=label, at=tuple((start, end) for start, end, _ in own)))
    return {label: one.label for label, one in voices(Overlay(speakers=tuple(people)), turns).items()}


class _Comparison:
    def __init__(
        self,
        base: Base,
        ours: Sequence[FileCue],
        theirs: Sequence[FileCue],
        groups: Sequence[Group],
        *,
        labelled: bool,
    ) -> None:
        self._base, self._ours, self._theirs, self._groups = base, ours, theirs, groups
        self._labelled = labelled
        self._by_name = _by_name(base, ours, labelled=labelled)
        self._found = Speakers()

    def speakers(self) -> Speakers:
        if not any(name for cue in self._theirs for name in cue.names):
            return self._found  # the other program has no names: they stay
        self._rename()
        last: tuple[str, ...] = ()
        follows: tuple[str, str] | None = None
        for group in self._groups:
            for place in group.theirs:
                own = self._base.cues[group.ours[0]].speakers if group.ours else ()
                wanted = self._wanted(place, group, last)
                if wanted is None and follows and own[:1] == (follows[0],) and not self._names(group):
                    wanted = (follows[1], *own[1:])  # a label holds until the next one
                elif wanted is not None and self._labelled and any(self._theirs[place].names):
                    follows = (own[-1], wanted[-1]) if own and wanted and own[-1] != wanted[-1] else None
                elif any(self._theirs[place].names) or self._names(group):
                    follows = None
                if wanted is not None and (wanted != own or not group.ours):
                    self._found.of[place] = wanted
                last = wanted if wanted is not None else own
        return self._found

    def _names(self, group: Group) -> tuple[str, ...]:
        names = self._ours[group.ours[0]].names if group.ours else ()
        return names if any(names) else ()

    def _wanted(self, place: int, group: Group, last: tuple[str, ...]) -> tuple[str, ...] | None:
        """The speakers that a cue of the other file says it has; None if nothing was changed."""
        cue = self._theirs[place]
        own = self._base.cues[group.ours[0]].speakers if group.ours else ()
        if not self._labelled:
            if not cue.names or self._same_names(cue, group):
                return None if group.ours else ()
            return tuple(self._speaker(name, own[k : k + 1]) for k, name in enumerate(cue.names))
        if group.ours and (self._same_names(cue, group) or (len(group.theirs) > 1 and not any(cue.names))):
            return None
        if not group.ours and not any(cue.names):
            return last[-1:]
        kept = [*own, *last[-1:] * len(cue.names)]
        if not any(cue.names):
            return (last[-1:] or own[:1]) if self._names(group) else None
        return tuple(
            self._speaker(name, own[k : k + 1]) if name else kept[k]
            for k, name in enumerate(cue.names)
            if name or kept
        )

    def _same_names(self, cue: FileCue, group: Group) -> bool:
        names = [one for k in group.ours for one in self._ours[k].names]
        if len(group.ours) > 1:
            return (
                list(cue.names) == list(dict.fromkeys(names)) or cue.names == self._ours[group.ours[0]].names
            )
        return self._renamed(cue.names) == self._renamed(tuple(names))

    def _renamed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._speaker(name) if name else "" for name in names)

    def _speaker(self, name: str, own: tuple[str, ...] = ()) -> str:
        """The label of a name; a new one for a name that nobody has. `own` has it if it was renamed so."""
        if own and self._found.renamed.get(own[0], "").casefold() == name.casefold():
            return own[0]
        if (known := self._by_name.get(name.casefold())) is not None:
            return known
        called = name.title() if name.isupper() and self._labelled else name
        label = called if called not in self._base.names else f"{called}*"
        self._by_name[name.casefold()] = label
        self._found.added[label] = called
        return label

    def _rename(self) -> None:
        """Find names that were replaced wherever they stood."""
        left = Counter(name.casefold() for cue in self._theirs for name in cue.names)
        became: dict[str, Counter[str]] = {}
        for group in self._groups:
            if len(group.ours) != 1 or not group.theirs:
                continue
            before, after = self._ours[group.ours[0]].names, self._theirs[group.theirs[0]].names
            if len(before) == len(after):
                for old, new in zip(before, after, strict=True):
                    if old and new and old.casefold() != new.casefold():
                        became.setdefault(old.casefold(), Counter())[new] += 1
        for old, names in became.items():
            label = self._by_name.get(old)
            if left[old] or len(names) > 1 or label is None:
                continue
            new = next(iter(names))
            called = new
            if known := self._by_name.get(new.casefold()):
                called = self._base.names.get(known, new)
            elif new.isupper() and self._labelled:
                called = new.title()
            self._found.renamed[label] = called
            if not known:
                self._by_name[new.casefold()] = label


def _by_name(base: Base, ours: Sequence[FileCue], *, labelled: bool) -> dict[str, str]:
    """The speaker of each name, as the file writes it, in small letters."""
    found = {name.casefold(): label for label, name in reversed(list(base.names.items()))}
    if labelled:
        form = base.form.partition("NAME")
        for speaker, label in reversed(list(base.labels.items())):
            found[label.removeprefix(form[0]).removesuffix(form[2]).casefold()] = speaker
    for cue, row in zip(ours, base.cues, strict=True):
        names = [name for name in cue.names if name]
        if len(names) == len(row.speakers) == len(cue.names):
            found |= {name.casefold(): one for name, one in zip(names, row.speakers, strict=True)}
    return found
