"""The transcript of the podcast namespace in HTML, for a web page: who, when, and a paragraph of text.

Source: github.com/Podcastindex-org/podcast-namespace, docs/examples/transcripts/transcripts.md.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.paragraphs import clock, last_time, paragraphs_of

_DIRECTION = ' dir="rtl"'


def write(document: Document) -> str:
    """The file: a whole page without styles, whose body can be pasted into another one."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    direction = _DIRECTION if document.right_to_left else ""
    yield "<!DOCTYPE html>"
    yield f'<html lang="{html.escape(document.tag)}"{direction}>'
    yield '<head><meta charset="utf-8"><title>Transcript</title></head>'
    yield "<body>"
    paragraphs = paragraphs_of(document)
    longest = last_time(paragraphs)
    for one in paragraphs:
        if one.name:
            yield f"<cite>{html.escape(one.name, quote=False)}:</cite>"
        yield f"<time>{clock(one.start, longest)}</time>"
        yield f"<p>{html.escape(one.text, quote=False)}</p>"
    yield "</body>"
    yield "</html>"


FORMAT = Format(
    name="html",
    extension="html",
    content="transcript",
    media_type="text/html",
    description="the transcript to read, as a web page: paragraphs by speaker, with times, as the podcast "
    "namespace asks for",
    write=write,
    part="transcript",
)
