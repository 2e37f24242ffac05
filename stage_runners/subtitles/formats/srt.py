"""SubRip, with speaker labels.

It does not use pysubs2, which treats braces and backslashes in the text as override codes.
"""

from __future__ import annotations

import re

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.output_format import Document, Format

_CODES = re.compile(r"<|\\(?=[Nnh])|\{(?=\\)|--(?=>)")
"""Text that players and ffmpeg's muxer interpret as the start of a tag, an override code, or another cue."""


def write(document: Document) -> str:
    """The file. SubRip has no escapes: a word joiner after the start of a code makes it plain text."""
    return "".join(
        f"{k}\n{clock_time(cue.start, ',')} --> {clock_time(cue.end, ',')}\n"
        + _CODES.sub("\\g<0>\u2060", cue.text(labels=True))
        + "\n\n"
        for k, cue in enumerate(document.cues, 1)
    )


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
