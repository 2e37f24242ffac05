"""SubRip in two languages: each cue of the source language with its translation below."""

from __future__ import annotations

import re

from stage_runners.subtitles.formats.srt import escaped
from stage_runners.subtitles.output_format import Document, Format, UnwritableError
from stage_runners.subtitles.two_languages import Shown, in_cues
from stage_runners.text.direction import marked

NO_TRANSLATION = "it shows two languages, and there is no translation: add --target-language"
_CUE = re.compile(r"^\d+\n(\d\d+):(\d\d):(\d\d),(\d{3}) --> (\d\d+):(\d\d):(\d\d),(\d{3})\n", re.MULTILINE)
"""The head of a cue in our own files, where no text has `-->`."""


def write(document: Document) -> str:
    """The file: numbers, times and labels are those of the source's file.

    A translation that says the same, after the label, is not repeated.
    """
    if document.source is None:
        raise UnwritableError(NO_TRANSLATION)
    heads = list(_CUE.finditer(document.source.srt))
    ends = [*(head.start() for head in heads[1:]), len(document.source.srt)]
    texts = [document.source.srt[head.end() : end].strip("\n") for head, end in zip(heads, ends, strict=True)]
    spans = [(_ms(head.groups()[:4]), _ms(head.groups()[4:])) for head in heads]
    film = document.right_to_left
    blocks = []
    for head, text, shown in zip(heads, texts, in_cues(document, spans), strict=True):
        lines = [_line(one, film=film) for one in shown]
        both = [text] if text.endswith("\n".join(lines)) else [text, *lines]
        blocks.append(head[0] + "\n".join(filter(None, both)) + "\n\n")
    return "".join(blocks)


def _line(one: Shown, *, film: bool) -> str:
    return marked(one.dash + escaped(one.text), escaped(one.text), film=film)


def _ms(parts: tuple[str, ...]) -> int:
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


FORMAT = Format(
    name="srt-bilingual",
    extension="srt",
    content="cues",
    media_type="application/x-subrip",
    description="SubRip in two languages: the cues of the source language, with the translation below",
    write=write,
    part="bilingual",
    of_source="never",
)
