"""The transcript to read, as Markdown (CommonMark): a paragraph for what a speaker says, with its time."""

from __future__ import annotations

import re

from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.paragraphs import clock, last_time, paragraphs_of

_MARKUP = re.compile(r"[\\`*_\[\]<>&~|$^]|(?<=\d)[.)](?=\s|$)|^[#+=\-](?=[#+=\-\s]|$)|(?<=!)(?=\[)")
"""What starts emphasis, code, links, HTML, entities, tables, formulas, or a list or a heading at a line's
start."""


def write(document: Document) -> str:
    """The file: a line with the speaker's name in bold and the time, then the text."""
    paragraphs = paragraphs_of(document)
    longest = last_time(paragraphs)
    return "\n\n".join(
        f"{f'**{_escaped(one.name)}** ' if one.name else ''}`{clock(one.start, longest)}`\n\n"
        f"{_escaped(one.text)}"
        for one in paragraphs
    ) + ("\n" if paragraphs else "")


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: f"\\{found[0]}" if found[0] else "\\", text)


FORMAT = Format(
    name="md",
    extension="md",
    content="transcript",
    media_type="text/markdown",
    description="the transcript to read, in Markdown: paragraphs by speaker, with times",
    write=write,
)
