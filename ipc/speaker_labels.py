"""The labels of speakers, and the lines of a cue with them, as viewers read and all counts count them.

The layout makes labels (`stage_runners/subtitles/`). The table of cues has text without them; with the fact
`labels` of the stage, this module puts them back. The page does the same in JavaScript
(`orchestrator/report/js/speaker_labels.js`), which a test compares with this module. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ipc.cue_rules import CueLimits, lines_of, size

DASH = re.compile(r"[-\u2013\u2014]\s?(?=\S)")
"""The mark before a line of another speaker in one cue."""


@dataclass(frozen=True, kw_only=True)
class SpeakerLabels:
    """The label of each speaker that has one, their form and room, and whether `every` cue gets one."""

    of: Mapping[str, str] = field(default_factory=dict)
    form: str = "[NAME]"
    room: int = 0
    every: bool = False


def label(name: str, room: int = 40, form: str = "[NAME]") -> str:
    """The label before a speaker's text; a name too long for `room` characters is shortened.

    It is shortened to its first word, or else cut. `form` is the profile's form of labels, with NAME for the
    name.
    """
    around = len(form) - len("NAME")
    if len(name) + around > room:
        name = name.split(maxsplit=1)[0].rstrip(",;")
    if len(name) + around > room:
        name = name[: max(1, room - around - 1)] + "…"
    return form.replace("NAME", name.upper())


def shown_lines(
    text: str, speakers: Sequence[str], last: str | None, labels: SpeakerLabels, limits: CueLimits
) -> list[str]:
    """The lines of a cue with their labels.

    `speakers` are the cue's, in the order of its lines with a dash, and `last` is the one who spoke before,
    or None. A label that does not fit into the first line gets one of its own, if there is room.
    """
    lines = lines_of(text)
    if not lines or not speakers:
        return lines
    begins = [DASH.match(line) for line in lines]
    if len(speakers) > 1 and sum(map(bool, begins)) > 1:
        turns = iter([*speakers, *[speakers[-1]] * len(lines)])
        return [
            dash[0] + _with(labels.of.get(next(turns), ""), line[dash.end() :]) if dash else line
            for dash, line in zip(begins, lines, strict=True)
        ]
    first = labels.of.get(speakers[0], "") if labels.every or speakers[0] != last else ""
    whole = _with(first, lines[0])
    if first and size(whole) > limits.width and len(lines) < limits.lines:
        return [first, *lines]
    return [whole, *lines[1:]]


def _with(label: str, line: str) -> str:
    return f"{label} {line}" if label else line
