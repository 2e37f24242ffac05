"""SubRip, with speaker labels.

It does not use pysubs2, which treats braces and backslashes in the text as override codes.
"""

from __future__ import annotations

import re

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formatting import place_of, tagged
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.text.direction import marked

_CODES = re.compile(r"<|\\(?=[Nnh])|\{(?=\\)|--(?=>)")
"""Text that players and ffmpeg's muxer interpret as the start of a tag, an override code, or another cue."""


def write(document: Document) -> str:
    """The file. SubRip has no escapes: a word joiner after the start of a code makes it plain text.

    A line from right to left that begins with a Latin label has a mark of its direction in front.
    """
    film = document.right_to_left
    return "".join(
        f"{k}\n{clock_time(cue.start, ',')} --> {clock_time(cue.end, ',')}\n"
        + (rf"{{\an{place}}}" if (place := place_of(cue.lines)) else "")
        + "\n".join(_line(line, film=film) for line in cue.lines)
        + "\n\n"
        for k, cue in enumerate(document.cues, 1)
    )


def _line(line: Line, *, film: bool) -> str:
    """The line as displayed, with the tags of its own codes."""
    plain = escaped(line.text)
    whole = marked(escaped(line.shown()), plain, film=film)
    if not line.codes:
        return whole
    before, _, after = whole.rpartition(plain)
    return before + tagged(line, escaped, colours=True) + after


def escaped(line: str) -> str:
    """The text, with a word joiner after whatever would start a code."""
    return _CODES.sub("\\g<0>\u2060", line)


FORMAT = Format(
    name="srt",
    extension="srt",
    content="cues",
    media_type="application/x-subrip",
    description="SubRip: cues (a cue is one subtitle, on screen from one time to another); "
    "`[SPEAKER 1]`, or the name, at each change of speaker if there are several",
    write=write,
    by_default=True,
    rank=10,
)
