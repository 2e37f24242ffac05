"""The files that a run can write beside a film: their values of `--output-format`, and their names."""

from __future__ import annotations

from pathlib import Path

from orchestrator.util.film_names import stem_of
from stage_runners.chapters import files as chapters
from stage_runners.subtitles import formats
from stage_runners.subtitles.output_format import tag_of

REPORT = "report"
BY_NAME = {one.name: one for one in (*formats.FORMATS, *chapters.FORMATS)}
"""The declared formats by name. The report is not among them: it is made from the whole run, not from one
result."""
FORMATS = (*BY_NAME, REPORT)
"""Every value of `--output-format`."""
DEFAULT_FORMATS = (*(name for name, one in BY_NAME.items() if one.by_default), REPORT)
"""The formats that are written by default."""
CHAPTERS = chapters.UNASKED
"""The formats that are written besides, if the film is divided into chapters."""


def name_of(
    film: Path, output: str, language: str = "", *, translated: bool = False, sdh: bool = False
) -> str:
    """The file's name beside the film: `movie.en.srt`, `movie.json`, `movie.report.html`.

    `language` is a code, followed by `.translated` for a translation into the film's main language.
    """
    if output == REPORT:
        return f"{stem_of(film)}.report.html"
    code, dot, rest = language.partition(".")
    tag = f"{tag_of(code)}{dot}{rest}"
    return BY_NAME[output].name_beside(stem_of(film), tag, translated=translated, sdh=sdh)
