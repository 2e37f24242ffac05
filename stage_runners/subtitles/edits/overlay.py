"""What a person changed, laid over the cues that the stages made.

Where an edit's `before` stands in the layout as it was, only those cues change, and all others stay exactly as they are. Where the text was
laid out or heard otherwise since, the edit still wins: the words under it are taken out before the layout, the runs between the
edits are laid out anew, and the edited cues are put in. Every such case is counted and said. What a person wrote is never
wrapped nor shortened: where it breaks a limit, the cue is flagged.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ipc.edits import Edit, Shown
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.edits.cues import Labels, collided, cue_of, labelled, relabelled
from stage_runners.subtitles.edits.find_words import Under, compact
from stage_runners.subtitles.thresholds import EDIT_MATCHING
from stage_runners.subtitles.tokens import completed
from stage_runners.text.word_times import places

Row = Mapping[str, Any]
Lay = Callable[[Sequence[Row], Sequence[Row]], list[Cue]]
"""Cues of rows of segments and words; it is called once more for each run of words between edits that fit no longer."""


class Kept(NamedTuple):
    """What came of an edit: `how` is `applied`, `relaid` (the same words, cut otherwise since), or `replaced` (other words since)."""

    edit: Edit
    how: str
    under: tuple[int, ...]
    """The words it replaces, as places in the table of words."""


@dataclass(frozen=True)
class Mended:
    """Cues before and after the edits, and what came of each edit; `lost` are those outside of what was run, by number."""

    base: Sequence[Cue]
    cues: Sequence[Cue]
    kept: Sequence[Kept] = ()
    lost: Sequence[int] = ()

    def fact(self) -> dict[str, Any]:
        """Counts for people: `applied` all that are in the result, `relaid` and `replaced` those of them that lie over something
        else than when they were made (`where` in seconds), `lost` those outside of what was run.
        """
        hows = [one.how for one in self.kept]
        return {
            "applied": len(self.kept),
            "relaid": hows.count("relaid"),
            "replaced": hows.count("replaced"),
            "lost": len(self.lost),
            "where": [round(one.edit.span()[0], 2) for one in self.kept if one.how == "replaced"][:20],
            "outside": list(self.lost),
        }


def mend(
    edits: Sequence[Edit],
    segments: Sequence[Row],
    words: Sequence[Row],
    lay: Lay,
    labels: Labels,
    *,
    finish: Callable[[list[Cue]], list[Cue]] = list,
    clip: tuple[float, float] | None = None,
) -> Mended:
    """Lay out `words`, with `edits` over them.

    `finish` is what is done to a whole list of cues after the layout. `clip` is the part of the film that was run, in seconds; all
    other times begin there.
    """
    base = finish(lay(segments, words))
    edits, lost = _within(edits, clip)
    if not edits:
        return Mended(base, base, lost=lost)
    words = completed(segments, words)
    under = Under(segments, words)
    cues = base
    moved: dict[int, Kept] = {}
    while True:
        spots = {k: _spot(edit, cues) for k, edit in enumerate(edits) if k not in moved}
        anew = {k: _moved(edits[k], under) for k, spot in spots.items() if spot is None}
        if not anew:
            break
        moved |= anew
        cues = finish(_between(list(moved.values()), segments, words, lay, labels))
        cues = [cue for cue in cues if not any(_inside(cue, one.edit) for one in moved.values())]
    gone = {k for spot in spots.values() for k in spot or ()}
    kept = [
        moved[k]
        if k in moved
        else Kept(edit, "applied", under.words(edit, EDIT_MATCHING.seen_s) if edit.before else ())
        for k, edit in enumerate(edits)
    ]
    kept = _each_once(kept)
    new = [cue_of(shown, _segments(one, words, base)) for one in kept for shown in one.edit.after]
    rest = [cue for k, cue in enumerate(cues) if k not in gone]
    mended = relabelled(_ordered([*rest, *new]), cues, labels)
    return Mended(base, collided(mended), kept, lost)


def _each_once(kept: Sequence[Kept]) -> list[Kept]:
    """A word is one edit's: the first's that it is found under."""
    taken: set[int] = set()
    result = []
    for one in kept:
        result.append(one._replace(under=tuple(k for k in one.under if k not in taken)))
        taken |= set(one.under)
    return result


def _within(edits: Sequence[Edit], clip: tuple[float, float] | None) -> tuple[list[Edit], list[int]]:
    """The edits in the part that was run, in its own time and in order, and the numbers of those that are not."""
    if clip is None:
        return sorted(edits, key=Edit.span), []
    found, lost = [], []
    for k, edit in enumerate(edits):
        start, end = edit.span()
        if start < clip[0] - EDIT_MATCHING.same_time_s or end > clip[1] + EDIT_MATCHING.same_time_s:
            lost.append(k)
        else:
            found.append(Edit(before=_shifted(edit.before, clip[0]), after=_shifted(edit.after, clip[0])))
    return sorted(found, key=Edit.span), lost


def _shifted(cues: Iterable[Shown], by: float) -> tuple[Shown, ...]:
    moved = (replace(cue, start=max(0.0, cue.start - by), end=cue.end - by) for cue in cues)
    return tuple(cue for cue in moved if cue.end > cue.start)


def _spot(edit: Edit, cues: Sequence[Cue]) -> tuple[int, ...] | None:
    """The places in `cues` of what the edit replaces; None where they are not there as they were."""
    if not edit.before:
        start, end = edit.span()
        free = all(
            cue.end / 1000 <= start + EDIT_MATCHING.same_time_s
            or cue.start / 1000 >= end - EDIT_MATCHING.same_time_s
            for cue in cues
        )
        return () if free else None
    starts = [cue.start for cue in cues]
    found = []
    for shown in edit.before:
        first = bisect_left(starts, (shown.start - EDIT_MATCHING.same_time_s) * 1000 - 1)
        spot = next(
            (
                k
                for k in range(first, min(first + EDIT_MATCHING.candidates, len(cues)))
                if _same(cues[k], shown)
            ),
            None,
        )
        if spot is None or spot in found:
            return None
        found.append(spot)
    return tuple(found)


def _same(cue: Cue, shown: Shown) -> bool:
    near = (
        abs(cue.start / 1000 - shown.start) <= EDIT_MATCHING.same_time_s
        and abs(cue.end / 1000 - shown.end) <= EDIT_MATCHING.same_time_s
    )
    return near and cue.text().split() == shown.text.split()


def _moved(edit: Edit, under: Under) -> Kept:
    """An edit whose cues are not there as they were."""
    found = under.words(edit)
    if edit.before:
        found = under.whole(edit, found)
    now = compact("".join(under.text(k) for k in found))
    then = compact("".join(cue.text for cue in edit.before))
    return Kept(edit, "relaid" if now == then else "replaced", found)


def _between(
    moved: Sequence[Kept], segments: Sequence[Row], words: Sequence[Row], lay: Lay, labels: Labels
) -> list[Cue]:
    """Cues of all words but those under the edits, each run between two edits laid out for itself."""
    where = places(words, segments)
    out = {k for one in moved for k in one.under}
    breaks = set()
    for one in moved:
        start, end = one.edit.span()
        breaks.add(
            min(one.under, default=None)
            if one.under
            else next((k for k, p in enumerate(where) if p.start + p.end > start + end), len(words))
        )
    # Words without a time of their own would spread into the hole: those beside one keep the place they had.
    torn = {words[k]["segment"] for k in out}
    rows = [
        {**word, "start": where[k].start, "end": where[k].end} if word["segment"] in torn else word
        for k, word in enumerate(words)
    ]
    cues: list[Cue] = []
    run: list[int] = []
    for k in range(len(words) + 1):
        if run and (k in out or k in breaks or k == len(words)):
            own = {words[i]["segment"] for i in run}
            laid = lay([s for s in segments if s["id"] in own], [rows[i] for i in run])
            if cues and laid:  # as the first of its run it has a label, whoever spoke before
                laid[0] = labelled(laid[0], cues[-1], labels)
            said = max(round(where[i].end * 1000) for i in run)
            cues += _fitted(laid, said, moved, labels.limits.gap_ms)
            run = []
        if k < len(words) and k not in out:
            run.append(k)
    return _ordered(cues)


def _fitted(cues: list[Cue], said: int, moved: Sequence[Kept], gap: int) -> list[Cue]:
    """A run's cues, which give way to the edited ones: the first begins behind the one before it where it can wait so long, and
    the last does not stay for reading into the next, or into what was deleted.
    """
    if not cues:
        return cues
    edited = [cue for one in moved for cue in one.edit.after]
    first = cues[0]
    free = max((round(cue.end * 1000) + gap for cue in edited if cue.start * 1000 < first.start), default=0)
    if first.start < free <= min(first.start + EDIT_MATCHING.late_ms, first.end - EDIT_MATCHING.least_ms):
        cues = [replace(first, start=free), *cues[1:]]
    last = cues[-1]
    onsets = [round(cue.start * 1000) for cue in edited]
    onsets += [round(one.edit.span()[0] * 1000) + gap for one in moved if not one.edit.after]
    onset = min((onset for onset in onsets if onset > last.start), default=last.end + gap)
    end = max(min(last.end, onset - gap), min(said, last.end))
    return [*cues[:-1], replace(last, end=max(end, last.start + 10))]


def _inside(cue: Cue, edit: Edit) -> bool:
    """Whether it is a cue without words (a sound) whose middle lies under the edit."""
    start, end = edit.span()
    return not cue.segments and start <= (cue.start + cue.end) / 2000 <= end


def _segments(one: Kept, words: Sequence[Row], base: Sequence[Cue]) -> tuple[int, ...]:
    """The segments whose words the edited cue stands for, else that of the cue before it."""
    own = tuple(dict.fromkeys(words[k]["segment"] for k in one.under))
    if own:
        return own
    before = [cue for cue in base if cue.start / 1000 <= one.edit.span()[0]]
    return before[-1].segments[-1:] if before else ()


def _ordered(cues: Iterable[Cue]) -> list[Cue]:
    return sorted(cues, key=lambda cue: (cue.start, cue.end))
