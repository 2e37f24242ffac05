"""WebVTT in which each word lights up when it is said: by times inside cues, and a style for what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.cue_words import CueWords, Piece, cue_words
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.formats.vtt import escaped, written
from stage_runners.subtitles.output_format import Document, Format

_STYLE = "STYLE\n::cue(:future) {\n  color: rgb(150, 150, 150);\n}\n"


def write(document: Document) -> str:
    """The file."""
    words = cue_words(document)
    return written(document, lambda cue: _texts(cue, words), head=("WEBVTT\n", _STYLE))


def _texts(cue: Cue, words: CueWords) -> list[str]:
    lines = words.timed_lines(cue)
    if lines is None:
        return [escaped(line.text) for line in cue.lines]
    marks = _marks(cue, lines)
    return ["".join(_piece(piece, next(marks)) for piece in line) for line in lines]


def _marks(cue: Cue, lines: Sequence[Sequence[Piece]]) -> Iterator[str]:
    """The time before each piece, or nothing: times inside a cue have to rise, and lie inside it."""
    latest = cue.start
    for line in lines:
        for piece in line:
            if latest < piece.start < cue.end:
                latest = piece.start
                yield f"<{clock_time(piece.start)}>"
            else:
                yield ""


def _piece(piece: Piece, mark: str) -> str:
    text = piece.text.lstrip()
    return f"{piece.text[: len(piece.text) - len(text)]}{mark}{escaped(text)}"


FORMAT = Format(
    name="vtt-karaoke",
    extension="vtt",
    content="cues",
    media_type="text/vtt",
    description="WebVTT with a time before each word, which lights up when it is said",
    write=write,
    part="karaoke",
)
