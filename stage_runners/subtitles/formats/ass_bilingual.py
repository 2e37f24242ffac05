"""ASS in two languages: each cue of the source language in small letters, with its translation below."""

from __future__ import annotations

from stage_runners.subtitles.formats.ass import escaped
from stage_runners.subtitles.formats.srt_bilingual import NO_TRANSLATION
from stage_runners.subtitles.output_format import Document, Format, UnwritableError
from stage_runners.subtitles.two_languages import Shown, in_cues
from stage_runners.text.direction import embedded

_SMALL = 42
"""Size of the source's letters; the translation has those of other files, 60."""


def write(document: Document) -> str:
    """The file: cues, speakers and colours are those of the source's file.

    Each style of the source gets a second one for the translation, in the same colour.
    """
    import pysubs2

    if document.source is None:
        raise UnwritableError(NO_TRANSLATION)
    subs = pysubs2.SSAFile.from_string(document.source.ass, format_="ass")
    below = {}
    for name in list(subs.styles):
        free = f"{name} (translation)"
        while free in subs.styles:
            free += "_"
        subs.styles[free] = subs.styles[name].copy()
        subs.styles[name].fontsize = _SMALL
        below[name] = free
    film = document.right_to_left
    spans = [(event.start, event.end) for event in subs.events]
    for event, shown in zip(subs.events, in_cues(document, spans), strict=True):
        text = r"\N".join(_line(one, film=film) for one in shown)
        if not event.text.endswith(text):
            event.text = rf"{event.text}\N{{\r{below.get(event.style, event.style)}}}{text}"
    return subs.to_string("ass", header_notice="")


def _line(one: Shown, *, film: bool) -> str:
    return embedded(one.dash + escaped(one.text), escaped(one.text), film=film)


FORMAT = Format(
    name="ass-bilingual",
    extension="ass",
    content="cues",
    media_type="text/x-ssa",
    description="ASS in two languages: the cues of the source language in small letters, "
    "with the translation below",
    write=write,
    part="bilingual",
    of_source="never",
)
