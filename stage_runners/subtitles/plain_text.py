"""Takes control characters out of texts that are written to files.

A line end inside a name would begin another cue, or another section of an ASS file; an escape sequence would
act on the terminal of whoever looks at the file. Recognised text has none, but names come from `.nfo` files,
cast files and edits. Formats escape the rest (tags, override codes).
"""

from __future__ import annotations

import dataclasses
import re

from ipc.rows import SegmentRow
from stage_runners.subtitles.cues import Cue, Line

_ENDS = re.compile("[\t\n\x0b\r\x85\u2028\u2029]+")
"""Line ends of every kind, and tabs."""
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u202d\u202e]")
"""Control characters, and the two direction overrides, which no language needs."""


def plain(text: str) -> str:
    """The text on one line, without control characters."""
    return _ACTING.sub("", _ENDS.sub(" ", text))


def cue(given: Cue) -> Cue:
    """The cue with such texts and labels alone."""
    lines = tuple(_line(line) for line in given.lines)
    return given if lines == given.lines else dataclasses.replace(given, lines=lines)


def segment(given: SegmentRow) -> SegmentRow:
    """The segment with such a text."""
    text = plain(given["text"])
    return given if text == given["text"] else {**given, "text": text}


def _line(line: Line) -> Line:
    text, label = plain(line.text), plain(line.label)
    if (text, label) == (line.text, line.label):
        return line
    return dataclasses.replace(line, text=text, label=label)
