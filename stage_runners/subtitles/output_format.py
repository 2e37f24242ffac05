"""What a file format is to the program: its name, when it is written, how its file is called, and how it is
written.

Each module in `stage_runners/subtitles/formats/` declares one `FORMAT`. The orchestrator reads these
declarations at every start, so this module and those import the standard library alone; what is heavy is
imported inside `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ipc.rows import DoubtRow, SegmentRow, SpeakerRow, TurnRow, WordRow
from stage_runners.subtitles.cues import Cue

Content = Literal["cues", "transcript", "turns"]
LanguageTag = Literal["always", "translations", "never"]

_CODES = {"jw": "jv"}
"""Where Whisper's code is not ISO 639-1's."""


def tag_of(language: str) -> str:
    """The language tag (BCP 47) of a code as Whisper names it."""
    return _CODES.get(language, language)


@dataclass(frozen=True, kw_only=True)
class Document:
    """The subtitles of one film in one language: what every format is written from.

    `language` is a code as Whisper names it, `und` where nobody speaks. `names` maps each speaker's label to
    the name that viewers read, in order of first appearance. `sdh` asks for what deaf and hard-of-hearing
    viewers need. Times of `cues` are milliseconds, those of rows seconds.
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


@dataclass(frozen=True, kw_only=True)
class Format:
    """One file format.

    `name` is its word in `--output-format` and the name of the stage's output; `extension` ends the file's
    name, without the dot. `content` says what of the document it holds. `language_tag` says whose file has
    the language in its name (`movie.en.srt`): every track's, only a translation's, or none; one that never
    has it is written once a film, of no translation. `by_default` formats are written where the user names
    none. `description` and `media_type` are for the reference; in the description `LANG` stands for the
    language. `write` returns the text of the file, with line feeds. `for_film` rewrites that text for the
    film it is put beside: it gets the text and the film's name without extension. Lists show formats by
    `rank`, then by name.
    """

    name: str
    extension: str
    content: Content
    media_type: str
    description: str
    write: Callable[[Document], str]
    language_tag: LanguageTag = "always"
    by_default: bool = False
    for_film: Callable[[str, str], str] | None = None
    rank: int = 100

    @property
    def stored_as(self) -> str:
        """Name of the file in the store of results."""
        stem = {"cues": "subtitles", "transcript": "transcript", "turns": "speakers"}[self.content]
        return f"{stem}.{self.name}"

    def name_beside(self, stem: str, tag: str, *, translated: bool = False, sdh: bool = False) -> str:
        """The file's name beside the film called `stem`, as Plex, Jellyfin and Kodi read it: `movie.en.srt`,
        `movie.en.sdh.srt`.

        `tag` is the language's, empty where none is known. Only cues can be SDH: a transcript says the same
        with or without it.
        """
        shown = self.language_tag == "always" or (translated and self.language_tag == "translations")
        parts = [stem]
        if shown and tag:
            parts += [tag, *(["sdh"] if sdh and self.content == "cues" else [])]
        return ".".join([*parts, self.extension])
