"""Applies the user's edits to the cues of a run.

If the cues that an edit replaces are in the layout as they were, only those change, and all others stay
exactly as they are. If the text was laid out or recognised differently since, the edit still wins: the words
under it are taken out before the layout, the runs between the edits are laid out again, and the edited cues
are put in. Every such case is counted and reported. An edited text is never wrapped nor shortened: if it
breaks a limit, the cue is flagged.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ipc.cue_rules import GRID_MS
from ipc.edits import Edit, Shown
from ipc.rows import SegmentRow, WordRow
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.edits.cues import Labels, cue_of, flag_overlaps, labelled, relabelled
from stage_runners.subtitles.edits.find_words import WordFinder, compact
from stage_runners.subtitles.thresholds import EDIT_MATCHING
from stage_runners.subtitles.tokens import completed
from stage_runners.text.word_times import places

Lay = Callable[[Sequence[SegmentRow], Sequence[WordRow]], list[Cue]]
"""Lays out rows of segments and words as cues; it is called once more for each run of words between edits
that no longer fit."""
Outcome = Literal["applied", "relaid", "replaced"]
"""`applied` as it was made, `relaid` over the same words with other cue boundaries, `replaced` over words
recognised differently."""
WHERE = 20
"""Maximum number of reported times of `replaced` edits."""


class AppliedEdit(NamedTuple):
    """An edit, its outcome, and the words that it replaces, as indices in the table of words."""

    edit: Edit
    outcome: Outcome
    words: tuple[int, ...]


@dataclass(frozen=True)
class EditedCues:
    """Cues before and after the edits, and the outcome of each; `lost` numbers the edits outside the clip."""

    base: Sequence[Cue]
    cues: Sequence[Cue]
    applied: Sequence[AppliedEdit] = ()
    lost: Sequence[int] = ()

    def fact(self) -> dict[str, Any]:
        """Counts for the summary and the report.

        `applied` are all edits in the result, `relaid` and `replaced` those of them with that outcome
        (`where` in seconds), `lost` those outside the part that was run.
        """
        outcomes = [one.outcome for one in self.applied]
        return {
            "applied": len(self.applied),
            "relaid": outcomes.count("relaid"),
            "replaced": outcomes.count("replaced"),
            "lost": len(self.lost),
            "where": [round(one.edit.span()[0], 2) for one in self.applied if one.outcome == "replaced"][
                :WHERE
            ],
            "outside": list(self.lost),
        }


def apply_edits(
    edits: Sequence[Edit],
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    lay: Lay,
    labels: Labels,
    *,
    finish: Callable[[list[Cue]], list[Cue]] = list,
    clip: tuple[float, float] | None = None,
) -> EditedCues:
    """Lay out `words`, and apply `edits`.

    `finish` is what is done to a whole list of cues after the layout. `clip` is the part of the film that was
    run, in seconds; all other times begin there.
    """
    base = finish(lay(segments, words))
    edits, lost = _in_clip(edits, clip)
    if not edits:
        return EditedCues(base, base, lost=lost)
    words = completed(segments, words)
    finder = WordFinder(segments, words)
    cues = base
    moved: dict[int, AppliedEdit] = {}
    while True:
        positions = {k: _positions(edit, cues) for k, edit in enumerate(edits) if k not in moved}
        newly = {k: _relocated(edits[k], finder) for k, found in positions.items() if found is None}
        if not newly:
            break
        moved |= newly
        cues = finish(_laid_out_between(list(moved.values()), segments, words, lay, labels))
        cues = [cue for cue in cues if not any(_sound_under(cue, one.edit) for one in moved.values())]
    gone = {k for found in positions.values() for k in found or ()}
    applied = _each_word_once(
        moved[k]
        if k in moved
        else AppliedEdit(edit, "applied", finder.under(edit, EDIT_MATCHING.seen_s) if edit.before else ())
        for k, edit in enumerate(edits)
    )
    new = [cue_of(shown, _segments(one, words, base)) for one in applied for shown in one.edit.after]
    rest = [cue for k, cue in enumerate(cues) if k not in gone]
    result = relabelled(_ordered([*rest, *new]), cues, labels)
    return EditedCues(base, flag_overlaps(result), applied, lost)


def found_in_words(
    edits: Sequence[Edit],
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    clip: tuple[float, float] | None = None,
) -> list[AppliedEdit]:
    """The edits with the words that they replace, for a transcript that is not laid out."""
    finder = WordFinder(segments, completed(segments, words))
    return _each_word_once(_relocated(edit, finder) for edit in _in_clip(edits, clip)[0])


def _each_word_once(applied: Iterable[AppliedEdit]) -> list[AppliedEdit]:
    """The same, with each word under the first edit alone that it was found under."""
    taken: set[int] = set()
    result = []
    for one in applied:
        result.append(one._replace(words=tuple(k for k in one.words if k not in taken)))
        taken |= set(one.words)
    return result


def _in_clip(edits: Sequence[Edit], clip: tuple[float, float] | None) -> tuple[list[Edit], list[int]]:
    """The edits in the part that was run, in its time and in order, and the numbers of the others."""
    if clip is None:
        return sorted(edits, key=Edit.span), []
    inside, lost = [], []
    for k, edit in enumerate(edits):
        start, end = edit.span()
        if start < clip[0] - EDIT_MATCHING.same_time_s or end > clip[1] + EDIT_MATCHING.same_time_s:
            lost.append(k)
        else:
            inside.append(Edit(before=_shifted(edit.before, clip[0]), after=_shifted(edit.after, clip[0])))
    return sorted(inside, key=Edit.span), lost


def _shifted(cues: Iterable[Shown], by: float) -> tuple[Shown, ...]:
    moved = (replace(cue, start=max(0.0, cue.start - by), end=cue.end - by) for cue in cues)
    return tuple(cue for cue in moved if cue.end > cue.start)


def _positions(edit: Edit, cues: Sequence[Cue]) -> tuple[int, ...] | None:
    """The places in `cues` of what the edit replaces; None if they are not there as they were."""
    close = EDIT_MATCHING.same_time_s
    if not edit.before:
        start, end = edit.span()
        free = all(cue.end / 1000 <= start + close or cue.start / 1000 >= end - close for cue in cues)
        return () if free else None
    starts = [cue.start for cue in cues]
    found: list[int] = []
    for shown in edit.before:
        first = bisect_left(starts, (shown.start - close) * 1000 - 1)
        last = min(first + EDIT_MATCHING.candidates, len(cues))
        position = next((k for k in range(first, last) if _same(cues[k], shown)), None)
        if position is None or position in found:
            return None
        found.append(position)
    return tuple(found)


def _same(cue: Cue, shown: Shown) -> bool:
    close = EDIT_MATCHING.same_time_s
    near = abs(cue.start / 1000 - shown.start) <= close and abs(cue.end / 1000 - shown.end) <= close
    return near and cue.text().split() == shown.text.split()


def _relocated(edit: Edit, finder: WordFinder) -> AppliedEdit:
    """An edit whose cues are not there as they were, with the words that it replaces now."""
    words = finder.under(edit)
    if edit.before:
        words = finder.corrected(edit, words)
    before = compact("".join(cue.text for cue in edit.before))
    return AppliedEdit(edit, "relaid" if finder.text(words) == before else "replaced", words)


def _laid_out_between(
    moved: Sequence[AppliedEdit],
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    lay: Lay,
    labels: Labels,
) -> list[Cue]:
    """Cues of all words except those under edits; each run between two edits is laid out separately."""
    where = places(words, segments)
    under_edits = {k for one in moved for k in one.words}
    breaks = set()
    for one in moved:
        start, end = one.edit.span()
        breaks.add(
            min(one.words, default=None)
            if one.words
            else next((k for k, p in enumerate(where) if p.start + p.end > start + end), len(words))
        )
    # Words without a time of their own would spread into the hole: those beside one keep the place they had.
    torn = {words[k]["segment"] for k in under_edits}
    rows: list[WordRow] = [
        {**word, "start": where[k].start, "end": where[k].end} if word["segment"] in torn else word
        for k, word in enumerate(words)
    ]
    cues: list[Cue] = []
    run: list[int] = []
    for k in range(len(words) + 1):
        if run and (k in under_edits or k in breaks or k == len(words)):
            members = {words[i]["segment"] for i in run}
            laid_out = lay([s for s in segments if s["id"] in members], [rows[i] for i in run])
            if cues and laid_out:  # as the first of its run it has a label, whoever spoke before
                laid_out[0] = labelled(laid_out[0], cues[-1], labels)
            spoken = max(round(where[i].end * 1000) for i in run)
            cues += _fitted(laid_out, spoken, moved, labels.limits.gap_ms)
            run = []
        if k < len(words) and k not in under_edits:
            run.append(k)
    return _ordered(cues)


def _fitted(cues: list[Cue], spoken: int, moved: Sequence[AppliedEdit], gap: int) -> list[Cue]:
    """A run's cues, which give way to the edited ones.

    The first begins behind the edited cue before it, if it can wait so long. The last, whose words end at
    `spoken`, does not stay for reading into the next edited cue, or into what was deleted.
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
    end = max(min(last.end, onset - gap), min(spoken, last.end))
    return [*cues[:-1], replace(last, end=max(end, last.start + GRID_MS))]


def _sound_under(cue: Cue, edit: Edit) -> bool:
    """Whether it is a cue without words (a sound) whose middle lies under the edit."""
    start, end = edit.span()
    return not cue.segments and start <= (cue.start + cue.end) / 2000 <= end


def _segments(one: AppliedEdit, words: Sequence[WordRow], base: Sequence[Cue]) -> tuple[int, ...]:
    """The segments whose words the edited cue replaces, or else the last segment of the cue before it."""
    members = tuple(dict.fromkeys(words[k]["segment"] for k in one.words))
    if members:
        return members
    before = [cue for cue in base if cue.start / 1000 <= one.edit.span()[0]]
    return before[-1].segments[-1:] if before else ()


def _ordered(cues: Iterable[Cue]) -> list[Cue]:
    return sorted(cues, key=lambda cue: (cue.start, cue.end))
