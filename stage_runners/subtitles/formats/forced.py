"""Forced subtitles: only what is not said in the film's main language, for viewers who know that."""

from __future__ import annotations

import dataclasses

from stage_runners.subtitles.foreign import foreign_cues, main_language
from stage_runners.subtitles.formats import srt
from stage_runners.subtitles.output_format import Document, Format, UnwritableError
from stage_runners.text.iso639 import language


def write(document: Document) -> str:
    """SubRip with those cues; `UnwritableError` if there are none."""
    cues = foreign_cues(document)
    if not cues:
        main = main_language(document)
        name = language(main).name if document.spoken else ""
        raise UnwritableError(
            f"nothing is said in another language than {name or main}" if document.spoken else "no speech"
        )
    return srt.write(dataclasses.replace(document, cues=cues))


FORMAT = Format(
    name="forced",
    extension="srt",
    content="cues",
    media_type="application/x-subrip",
    description="forced subtitles: only the cues that are not in the film's main language, in the target "
    "language if there is one, else as spoken; not written if there are none",
    write=write,
    part="forced",
    of_source="untranslated",
)
