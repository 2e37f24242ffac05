"""The declaration of a file format: its name, when it is written, its file's name, and its content.

Each module in `stage_runners/subtitles/formats/` declares one `FORMAT`. The orchestrator reads these
declarations at every start, so they import the standard library only, and heavy packages inside `write`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ipc.rows import DoubtRow, SegmentRow, SpeakerRow, TurnRow, WordRow
from stage_runners.subtitles import plain_text
from stage_runners.subtitles.cues import Cue
from stage_runners.text import direction

Content = Literal["cues", "transcript", "turns", "chapters"]
LanguageTag = Literal["always", "translations", "never"]
OfSource = Literal["always", "untranslated", "never"]


class UnwritableError(ValueError):
    """A document has nothing for a format, or nothing that it can hold; the message says why, to the user.

    No file is then written beside the film.
    """


class Noted(NamedTuple):
    """The content of a file, and a note for the user on what it lacks, empty if nothing."""

    content: bytes
    note: str = ""


class Source(NamedTuple):
    """The files of the source language, which a translation is shown beside."""

    srt: str
    ass: str


class Beside(NamedTuple):
    """The film that a file is placed next to: its file's `name`, and its name without extension.

    `begins` is the second of the film from which the file's times count: not 0 for a clip. `seconds` is the
    length of the film's sound, or of the clip's; 0 if it is not known.
    """

    name: str
    stem: str
    begins: float = 0.0
    seconds: float = 0.0


_CODES = {"jw": "jv"}
"""Whisper's codes that differ from ISO 639-1."""


def tag_of(language: str) -> str:
    """The language tag (BCP 47) of Whisper's code."""
    return _CODES.get(language, language)


@dataclass(frozen=True, kw_only=True)
class Document:
    """The subtitles of one film in one language: what every format is written from.

    `language` is Whisper's code, `und` without speech. `names` maps each speaker's label to the name that
    viewers read, in order of first appearance. `sdh` is whether the subtitles are for deaf and
    hard-of-hearing viewers. Times of `cues` are in milliseconds, those of rows in seconds. `spoken` are the
    segments in the languages that are spoken, equal to `segments` unless this is a translation, and `source`
    the subtitles that it translates. A cue has at most `most_lines` lines of `width` characters.
    `frame_rate` is 0 if it is not known. `region` is the language's tag, such as `pt-BR`, if the user named a
    region or a script.
    """

    language: str
    cues: Sequence[Cue]
    names: Mapping[str, str]
    sdh: bool = False
    segments: Sequence[SegmentRow] = ()
    words: Sequence[WordRow] = ()
    turns: Sequence[TurnRow] = ()
    speakers: Sequence[SpeakerRow] = ()
    doubts: Sequence[DoubtRow] = ()
    spoken: Sequence[SegmentRow] = ()
    source: Source | None = None
    width: int = 42
    most_lines: int = 2
    frame_rate: float = 0.0
    region: str = ""

    def __post_init__(self) -> None:
        """Take control characters out of everything that a file shows as text."""
        names = {label: plain_text.plain(name) for label, name in self.names.items()}
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "cues", tuple(map(plain_text.cue, self.cues)))
        object.__setattr__(self, "segments", tuple(map(plain_text.segment, self.segments)))

    @property
    def tag(self) -> str:
        """The language as a tag (BCP 47), with its region if that is known."""
        return self.region or tag_of(self.language)

    @functools.cached_property
    def right_to_left(self) -> bool:
        """Whether its text is written from right to left, by its language or by most of its letters."""
        text = " ".join(line.text for cue in self.cues for line in cue.lines)
        return direction.right_to_left(self.language) or direction.of_line(text, film=False)


@dataclass(frozen=True, kw_only=True)
class Format:
    """One file format.

    `name` is its word in `--output-format` and the name of the stage's output; `extension` has no dot.
    `content` is the part of the document that it holds; `chapters` are of no document, and `write` gets them
    alone. `language_tag` is which files have the language in
    their names (`movie.en.srt`): all, those of translations, or none; a format without it is written once per
    film, without translations. `part` is a word of the file's name before the extension (`movie.en.part.srt`)
    if another format has that extension. `of_source` is whether the source language has the file: always, if
    the film is not translated, or never. `by_default` formats are written if the user names none.
    `description` and `media_type` are for the reference; in the description, `LANG` is the language. `write`
    returns the text of the file, with line feeds, or its bytes, perhaps `Noted`; it raises `UnwritableError`
    if there is nothing to write. `for_film` rewrites that text for the film it is placed next to. Lists show
    formats by `rank`, then by name.
    """

    name: str
    extension: str
    content: Content
    media_type: str
    description: str
    write: Callable[[Any], str | bytes | Noted]
    language_tag: LanguageTag = "always"
    part: str = ""
    of_source: OfSource = "always"
    by_default: bool = False
    for_film: Callable[[str, Beside], str] | None = None
    rank: int = 100

    @property
    def stored_as(self) -> str:
        """Name of the file in the store."""
        stem = {"cues": "subtitles", "transcript": "transcript", "turns": "speakers"}.get(
            self.content, "film"
        )
        return f"{stem}.{self.name}"

    def name_beside(self, stem: str, tag: str, *, translated: bool = False, sdh: bool = False) -> str:
        """The name of the file next to the film `stem`, in the form that Plex, Jellyfin and Kodi read.

        Examples: `movie.en.srt`, `movie.en.sdh.srt`. `tag` is the language's, empty if it is unknown. Only
        cues can be SDH: a transcript is the same with and without it.
        """
        shown = self.language_tag == "always" or (translated and self.language_tag == "translations")
        parts = [stem]
        if shown and tag:
            parts += [tag, *(["sdh"] if sdh and self.content == "cues" else [])]
        return ".".join([*parts, *filter(None, [self.part]), self.extension])
