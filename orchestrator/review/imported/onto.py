"""Puts the changes of an edited file onto the film's present cues.

The file may have begun from an earlier run. A cue that was changed in the file replaces what is there now:
whoever imports it has seen it last. What it replaces stays among the earlier versions of the edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ipc.edits import Shown
from ipc.intervals import Overlapping, overlap
from orchestrator.review.imported.differences import Change
from orchestrator.review.tracks import Track, key_of

_MOST = 0.5
"""Share of a present cue under a changed one from which it is replaced."""


@dataclass(frozen=True, kw_only=True)
class Onto:
    """The wanted cues of a track, and the present ones that some of them replace (`saving.Links`).

    `made` are the changes that are new, `again` those that the film has already, `against` the present
    cues that a change replaces though they are not those that the file began from.
    """

    wanted: Sequence[Shown]
    links: Mapping[Shown, tuple[int, ...]]
    made: Sequence[Change]
    again: Sequence[Change]
    against: Sequence[Shown]


def onto(track: Track, cues: Sequence[Shown], changes: Sequence[Change], labels: Mapping[str, str]) -> Onto:
    """Put `changes` of `cues` onto the track. `labels` are the track's speakers for those of the cues."""
    present = track.shown
    places: dict[object, list[int]] = {}
    for k, cue in enumerate(present):
        places.setdefault(key_of(cue)[:3], []).append(k)
    by_time = Overlapping((cue.start, cue.end) for cue in present)
    untouched = {key_of(cue)[:3] for k, cue in enumerate(cues)} - {
        key_of(cues[k])[:3] for change in changes for k in change.ours
    }
    gone: set[int] = set()
    wanted: list[Shown] = []
    links: dict[Shown, tuple[int, ...]] = {}
    made, again, against = [], [], []
    for change in changes:
        after = [
            replace(cue, speakers=tuple(labels.get(one, one) for one in cue.speakers)) for cue in change.after
        ]
        own: list[int] = []
        foreign: list[int] = []
        for cue in (cues[k] for k in change.ours):
            same = [k for k in places.get(key_of(cue)[:3], ()) if k not in gone and k not in own]
            if same:
                own.append(same[0])
                continue
            foreign += [
                k
                for k in by_time.with_part_of(cue.start, cue.end)
                if k not in gone
                and key_of(present[k])[:3] not in untouched
                and overlap(cue.start, cue.end, present[k].start, present[k].end)
                > _MOST * (present[k].end - present[k].start)
            ]
        replaced = sorted({*own, *foreign})
        if _there_already(change, after, [present[k] for k in replaced], places):
            again.append(change)
            continue
        gone |= set(replaced)
        against += [present[k] for k in foreign]
        wanted += after
        if replaced:
            links |= dict.fromkeys(after, tuple(replaced))
        made.append(change)
    rest = [cue for k, cue in enumerate(present) if k not in gone]
    return Onto(wanted=[*rest, *wanted], links=links, made=made, again=again, against=against)


def _there_already(
    change: Change, after: Sequence[Shown], replaced: Sequence[Shown], places: Mapping[object, Sequence[int]]
) -> bool:
    """Whether the film has these cues already."""
    if not replaced:
        return all(key_of(cue)[:3] in places for cue in after) if change.ours or after else False
    if any(cue.codes is not None for cue in after):
        return False
    return [key_of(cue) for cue in after] == [key_of(cue) for cue in replaced]
