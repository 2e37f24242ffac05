"""The files that a run can put beside a film: their words in `--output-format`, and their names."""

from __future__ import annotations

from pathlib import Path

from stage_runners.subtitles import formats
from stage_runners.subtitles.output_format import tag_of

REPORT = "report"
BY_NAME = {one.name: one for one in formats.FORMATS}
"""The declared formats by name. The report is none of them: it is made of the whole run, not of one stage's
result."""
FORMATS = (*BY_NAME, REPORT)
"""Every word of `--output-format`."""
DEFAULT_FORMATS = (*(name for name, one in BY_NAME.items() if one.by_default), REPORT)
"""What is written where the user names no format."""


def name_of(
    film: Path, output: str, language: str = "", *, translated: bool = False, sdh: bool = False
) -> str:
    """The file's name beside the film: `movie.en.srt`, `movie.json`, `movie.report.html`, of a translation
    `movie.en.json`.

    `language` is a code, with `.translated` behind it for a translation into the language that is mostly
    spoken. No file here is for foreign lines only, so none is called `forced`.
    """
    if output == REPORT:
        return f"{film.stem}.report.html"
    code, dot, rest = language.partition(".")
    tag = f"{tag_of(code)}{dot}{rest}"
    return BY_NAME[output].name_beside(film.stem, tag, translated=translated, sdh=sdh)
