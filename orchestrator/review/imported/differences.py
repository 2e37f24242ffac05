"""What differs between an edited file and what it began from, cue by cue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ipc.cue_rules import UNSEEN
from ipc.edits import Shown
from ipc.override_codes import Code, canonical
from ipc.speaker_labels import DASH
from orchestrator.review.imported import styles
from orchestrator.review.imported.bases import Base
from orchestrator.review.imported.file_cues import FileContent, FileCue
from orchestrator.review.imported.matching import Group, compact, matched, moved, near
from orchestrator.review.imported.speakers import Speakers, speakers_of

SAME_S = 0.0105
"""Seconds by which a time may differ and still be the same: ASS has hundredths, and no film's frames are so
short."""
KINDS = ("text", "times", "speaker", "formatting", "split", "merged", "moved", "added", "deleted")


@dataclass(frozen=True, kw_only=True)
class Change:
    """Cues of the base, by place, and what stands in the other file instead; `kinds` are of `KINDS`."""

    kinds: tuple[str, ...]
    ours: tuple[int, ...]
    after: tuple[Shown, ...]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """All changes in order. `unkept` are words for what no edit can keep, with the times where it is."""

    changes: Sequence[Change]
    speakers: Speakers
    unkept: dict[str, list[float]] = field(default_factory=dict)


def differences(base: Base, ours: FileContent, theirs: FileContent, *, labelled: bool) -> Differences:
    """Compare two files of one format, whose cues are without labels; those of `theirs` are sorted.

    The cues of `ours` are those of `base`, in order.
    """
    groups = matched(ours.cues, theirs.cues)
    speakers = speakers_of(base, ours.cues, theirs.cues, groups, labelled=labelled)
    return _Comparison(base, ours, theirs, groups, speakers).differences()


class _Comparison:
    def __init__(
        self,
        base: Base,
        ours: FileContent,
        theirs: FileContent,
        groups: Sequence[Group],
        speakers: Speakers,
    ) -> None:
        self._base, self._ours, self._theirs = base, ours, theirs
        self._groups, self._speakers = groups, speakers
        own = ours.styles.keys() - {"Default"}
        self._foreign = bool(own) and not own & theirs.styles.keys()
        """Whether the file has another program's styles alone."""
        self._styles = {cue.style: cue.names for cue in ours.cues if len(cue.names) == 1}
        self._unkept: dict[str, list[float]] = {}

    def differences(self) -> Differences:
        for word in self._theirs.unkept:
            self._unkept.setdefault(word, [])
        elsewhere = moved(self._groups, self._ours.cues, self._theirs.cues)
        arrived = set(elsewhere.values())
        changes = []
        for group in self._groups:
            if not group.theirs and group.ours[0] in elsewhere:
                after = self._cue(elsewhere[group.ours[0]], group)[0]
                changes.append(Change(kinds=("moved",), ours=group.ours, after=(after,)))
            elif not (len(group.theirs) == 1 and not group.ours and group.theirs[0] in arrived):
                changes += self._change(group)
        if not self._foreign:
            for name in styles.changed(self._ours.styles, self._theirs.styles):
                self._unkept[f"other look of the style {name}"] = []
        return Differences(changes=changes, speakers=self._speakers, unkept=self._unkept)

    def _change(self, group: Group) -> Iterator[Change]:
        cues = [self._cue(place, group) for place in group.theirs]
        kinds = [kind for _, found in cues for kind in found]
        if len(group.ours) == 1 and len(cues) == 1 and not kinds:
            return
        if len(group.ours) != 1 or len(cues) != 1:
            texts = (
                compact("".join(side[k].text for k in places))
                for side, places in ((self._ours.cues, group.ours), (self._theirs.cues, group.theirs))
            )
            how = (
                "added" if not group.ours else "deleted" if not cues
                else "split" if len(cues) > 1 else "merged"
            )  # fmt: skip
            same = len(set(texts)) == 1
            kinds = [
                how,
                *(kind for kind in kinds if kind in {"speaker", "formatting"} and group.ours and cues),
            ]
            kinds += ["text"] if how in {"split", "merged"} and not same else []
        ordered = tuple(kind for kind in KINDS if kind in kinds)
        yield Change(kinds=ordered, ours=group.ours, after=tuple(cue for cue, _ in cues))

    def _cue(self, place: int, group: Group) -> tuple[Shown, list[str]]:
        """The cue that stands in the other file at `place`, and how it differs from ours."""
        cue = self._theirs.cues[place]
        for word in cue.unkept:
            self._unkept.setdefault(word, []).append(cue.start)
        before = self._ours.cues[group.ours[0]] if group.ours else None
        row = self._base.cues[group.ours[0]] if group.ours else None
        speakers = self._speakers.of.get(place)
        codes = self._codes(cue, before)
        if speakers is None and (named := self._named_by_style(cue, before)) is not None:
            speakers = named
        if before is None or row is None:
            shown = Shown(
                start=cue.start, end=cue.end, text=cue.text, speakers=speakers or (), codes=codes or None
            )
            return shown, []
        kinds = []
        start, end, text = cue.start, cue.end, cue.text
        if len(group.ours) == 1 and len(group.theirs) == 1:
            if near(cue, before, SAME_S):
                start, end = row.start, row.end
            else:
                kinds.append("times")
            if _plain(cue.text) == _plain(before.text):
                text = row.text
            else:
                kinds.append("text")
        if speakers is not None and speakers != row.speakers:
            kinds.append("speaker")
        if codes is not None:
            kinds.append("formatting")
        spoken = row.speakers if speakers is None else speakers
        if len(group.ours) > 1 and speakers is None:
            spoken = tuple(dict.fromkeys(one for k in group.ours for one in self._base.cues[k].speakers))
        if len(spoken) > 1 and sum(bool(DASH.match(line)) for line in text.split("\n")) < 2:
            spoken = spoken[:1]
        return Shown(start=start, end=end, text=text, speakers=spoken, codes=codes), kinds

    def _codes(self, cue: FileCue, before: FileCue | None) -> tuple[Code, ...] | None:
        """The codes that the cue has now; None if they are as they were."""
        own = list(cue.codes)
        was = before.style if before else "Default"
        styled = False
        if cue.style and cue.style != was and not self._foreign and cue.style not in self._styles:
            style = self._theirs.styles.get(cue.style)
            instead = self._ours.styles.get(was) or self._ours.styles.get("Default")
            if style and instead:
                looks = [Code(0, code) for code in styles.as_codes(style, instead)]
                own, styled = [*looks, *own], bool(looks)
                for word in styles.lost(style, instead):
                    self._unkept.setdefault(f"{word} of a style", []).append(cue.start)
        if not styled and list(_words(cue.text, cue.codes)) == list(
            _words(before.text, before.codes) if before else ()
        ):
            return None
        return canonical(cue.text, own)

    def _named_by_style(self, cue: FileCue, before: FileCue | None) -> tuple[str, ...] | None:
        """The speaker whose style the cue has got, if its name was left as it was."""
        if before is None or cue.style == before.style or cue.names != before.names or len(cue.names) != 1:
            return None
        names = self._styles.get(cue.style)
        labels = [label for label, name in self._base.names.items() if (name,) == names]
        return (labels[0],) if labels else None


def _words(text: str, codes: Sequence[Code]) -> Iterator[tuple[str, str]]:
    """What each code stands before: equal texts and codes give equal pairs, wherever lines break."""
    places = [*(one.at for one in codes), len(text)]
    for one, (start, end) in zip(codes, pairwise(places), strict=True):
        yield one.code, compact(text[start:end]) if one.at else ""


def _plain(text: str) -> list[str]:
    return [" ".join(UNSEEN.sub("", line).split()) for line in text.split("\n")]
