"""Edited cues: their lines, their labels, and the limits that they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ipc import cue_rules
from ipc.cue_rules import COLLIDES, GRID_MS
from ipc.edits import Shown
from ipc.override_codes import Code, of_lines
from ipc.speaker_labels import DASH as _DASH
from stage_runners.subtitles.cues import Cue, Line, Profile

EDITED = "edited"


@dataclass(frozen=True)
class Labels:
    """The label of each speaker, and the limits of the layout. `every` is whether each cue gets a label."""

    limits: Profile = field(default_factory=Profile)
    of: Mapping[str, str] = field(default_factory=dict)
    every: bool = False


def cue_of(shown: Shown, segments: tuple[int, ...]) -> Cue:
    """The cue as the user wrote it, without labels, with times on the grid (equal in every format)."""
    start, end = (round(time * 1000 / GRID_MS) * GRID_MS for time in (shown.start, shown.end))
    return Cue(max(0, start), max(end, start + GRID_MS), lines_of(shown), segments, (EDITED,))


def lines_of(shown: Shown) -> tuple[Line, ...]:
    """The lines of a cue. If it has several speakers, each line that begins with a dash is the next one's.

    Blank lines are dropped, because SRT ends a cue there.
    """
    coded = zip(shown.text.split("\n"), of_lines(shown.text, shown.codes or ()), strict=True)
    pairs = [(" ".join(text.split()), codes) for text, codes in coded if text.strip()]
    texts = [text for text, _ in pairs]
    speakers = [speaker or None for speaker in shown.speakers] or [None]
    if len(speakers) < 2 or sum(bool(_DASH.match(text)) for text in texts) < 2:
        return tuple(Line(text, speakers[0], codes=codes) for text, codes in pairs)
    lines: list[Line] = []
    turn = -1
    for text, codes in pairs:
        dash = match[0] if (match := _DASH.match(text)) else ""
        turn += bool(dash) or turn < 0
        own = tuple(Code(max(0, one.at - len(dash)), one.code) for one in codes)
        speaker = speakers[min(turn, len(speakers) - 1)]
        lines.append(Line(text.removeprefix(dash), speaker, dash=dash, codes=own))
    return tuple(lines)


def flag_broken_limits(cue: Cue, limits: Profile) -> Cue:
    """The cue; if it was edited, flagged with the limits that it breaks, including its labels."""
    if EDITED not in cue.flags:
        return cue
    rules = cue_rules.broken([line.shown() for line in cue.lines], cue.end - cue.start, limits)
    return replace(cue, flags=tuple(dict.fromkeys((*cue.flags, *rules))))


def relabelled(cues: Sequence[Cue], laid_out: Sequence[Cue], labels: Labels) -> list[Cue]:
    """The cues with updated labels: edited cues, and those with another predecessor in `laid_out`."""
    followed = {id(cue): (laid_out[k - 1] if k else None) for k, cue in enumerate(laid_out)}
    result: list[Cue] = []
    for k, cue in enumerate(cues):
        before = cues[k - 1] if k else None
        same = id(cue) in followed and followed[id(cue)] is before
        result.append(cue if same or not cue.lines else labelled(cue, before, labels))
    return result


def labelled(cue: Cue, before: Cue | None, labels: Labels) -> Cue:
    """The cue, which follows `before`, with a label if the speaker changes, or if every cue gets one."""
    last = next((line.speaker for line in reversed(before.lines) if line.text), None) if before else None
    lines = [line for line in cue.lines if line.text or not line.label]
    for k, line in enumerate(lines):
        begins = k == 0 or line.dash
        wanted = begins and (labels.every or line.dash or line.speaker != last)
        label = labels.of.get(line.speaker or "", "") if wanted else ""
        lines[k] = replace(line, label=label)
    return replace(cue, lines=_with_room(lines, labels.limits))


def _with_room(lines: list[Line], limits: Profile) -> tuple[Line, ...]:
    """The lines; a label that does not fit gets a separate line, as in the layout."""
    first = lines[0]
    full = cue_rules.size(first.shown()) > limits.width and len(lines) < limits.lines
    if first.label and first.text and not first.dash and full:
        return (Line("", first.speaker, first.label), replace(first, label=""), *lines[1:])
    return tuple(lines)


def with_other_labels(cue: Cue, labels: Labels) -> Cue:
    """The cue with the labels of other names; its text, lines and times stay, and no label is added."""
    lines = [
        replace(line, label=labels.of.get(line.speaker or "", "")) if line.label else line
        for line in cue.lines
    ]
    lines = [line for line in lines if line.text or line.label]
    if lines == list(cue.lines) or not lines:
        return cue
    return replace(cue, lines=_with_room(lines, labels.limits))


def flag_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """The cues, flagged if an edit makes two of them overlap."""
    result = list(cues)
    for k in range(1, len(cues)):
        a, b = cues[k - 1], cues[k]
        if cue_rules.overlapping(b.start - a.end) and (EDITED in a.flags or EDITED in b.flags):
            for at in (k - 1, k):
                if COLLIDES not in result[at].flags:
                    result[at] = replace(result[at], flags=(*result[at].flags, COLLIDES))
    return result
