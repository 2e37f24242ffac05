"""ASS in which each word lights up when it is said: by the codes of karaoke, which libass draws."""

from __future__ import annotations

from stage_runners.subtitles.cue_words import CueWords, cue_words
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.formats.ass import Colour, escaped, written
from stage_runners.subtitles.output_format import Document, Format


def write(document: Document) -> str:
    """The file. A word has a darker form of the speaker's colour before it is said, then that colour."""
    words = cue_words(document)
    return written(document, lambda cue: _texts(cue, words), secondary=_darker)


def _texts(cue: Cue, words: CueWords) -> list[str]:
    """The text of each line, every word after the code that says how long it waits for the next one.

    Times are hundredths of a second from the start of the cue; a code without text waits for the first word.
    """
    lines = words.timed_lines(cue)
    if lines is None:
        return [escaped(line.text) for line in cue.lines]
    starts = [round((piece.start - cue.start) / 10) for line in lines for piece in line]
    ends = iter([*starts[1:], round((cue.end - cue.start) / 10)])
    begins = iter(starts)
    texts = [
        "".join(f"{{\\k{max(0, next(ends) - next(begins))}}}{escaped(piece.text)}" for piece in line)
        for line in lines
    ]
    if starts[0] > 0:
        first = next(k for k, line in enumerate(lines) if line)
        texts[first] = f"{{\\k{starts[0]}}}{texts[first]}"
    return texts


def _darker(colour: Colour) -> Colour:
    red, green, blue = colour
    return red // 2, green // 2, blue // 2


FORMAT = Format(
    name="ass-karaoke",
    extension="ass",
    content="cues",
    media_type="text/x-ssa",
    description="ASS with karaoke codes (`\\k`): each word lights up when it is said",
    write=write,
    part="karaoke",
)
