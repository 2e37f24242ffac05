"""The kinds of artifact: their columns, versions and rules, as data.

This module needs only the standard library; `ipc.tables` makes pyarrow schemas from it. Times are float64
seconds after the film's `format.start_time`, as in players. Only nullable columns may hold nulls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Container = Literal["parquet", "arrow", "file"]


@dataclass(frozen=True)
class Column:
    """One column: `type` is the name of a pyarrow type, `list<...>` for lists."""

    name: str
    type: str
    nullable: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of artifact.

    `content` names the required facts that belong to the content (and its digest) without being columns, such
    as a sample rate. With `intervals`, `start <= end` holds in every row, and rows are sorted by start (nulls
    aside); with `within` too, those of one value of that column are.
    """

    name: str
    version: int
    container: Container
    columns: tuple[Column, ...] = ()
    content: tuple[str, ...] = ()
    intervals: bool = False
    within: str = ""

    @property
    def suffix(self) -> str:
        """File name suffix of this kind, with the dot; empty for `file`."""
        return {"parquet": ".parquet", "arrow": ".arrow", "file": ""}[self.container]


_SPAN = (Column("start", "double"), Column("end", "double"))

AUDIO = Kind("audio", 1, "arrow", (Column("pcm", "int16"),), content=("sample_rate",))

REGIONS = Kind(
    "regions", 1, "parquet", (*_SPAN, Column("confidence", "float", nullable=True)), intervals=True
)
"""Regions of speech, or of overlapping speech. `confidence` in 0..1 is the mean score if there is one."""

SCORES = Kind(
    "scores",
    1,
    "arrow",
    (Column("start", "double"), Column("scores", "list<float>")),
    content=("classes", "frames", "window_seconds", "frame_seconds", "frame_offset"),
)
"""Frame scores of a segmentation network, a row a window.

`scores` holds frames x classes values, row-major; `classes` is the list of their names, `window_seconds` a
window's length; frame i of a window covers `start + frame_offset + i * frame_seconds`.
"""

TURNS = Kind(
    "turns",
    1,
    "parquet",
    (*_SPAN, Column("speaker", "string"), Column("confidence", "float", nullable=True)),
    intervals=True,
)

EMBEDDINGS = Kind(
    "embeddings",
    1,
    "arrow",
    (Column("speaker", "string"), Column("vector", "list<float>"), Column("seconds", "double")),
)
"""One voice per row: `vector` has unit length, `seconds` is the length of its speech."""

SEGMENTS = Kind(
    "segments",
    1,
    "parquet",
    (
        Column("id", "int32"),
        *_SPAN,
        Column("text", "string"),
        Column("language", "string"),
        Column("language_probability", "float", nullable=True),
        Column("avg_logprob", "float", nullable=True),
        Column("no_speech_prob", "float", nullable=True),
        Column("compression_ratio", "float", nullable=True),
        Column("temperature", "float", nullable=True),
        Column("confidence", "float", nullable=True),
        Column("speaker", "string", nullable=True),
    ),
    intervals=True,
)
"""Segments of text. `language` is an ISO 639-1 code as Whisper names it, `confidence` in 0..1."""

WORDS = Kind(
    "words",
    1,
    "parquet",
    (
        Column("segment", "int32"),
        Column("text", "string"),
        Column("space", "bool"),
        Column("start", "double", nullable=True),
        Column("end", "double", nullable=True),
        Column("probability", "float", nullable=True),
        Column("score", "float", nullable=True),
        Column("method", "string"),
        Column("speaker", "string", nullable=True),
        Column("speaker_confidence", "float", nullable=True),
        Column("overlap", "bool"),
    ),
    intervals=True,
    within="segment",
)
"""Words in reading order, segment by segment; `segment` is the id of the word's segment. What people say at
once in a track each are segments that overlap, so times rise within a segment only.

`text` has no surrounding blanks; `space` marks a blank before it. `probability` is the recogniser's, `score`
the aligner's, both in 0..1. `method` names the source of the times: `attention`, `pocketsphinx`, `wav2vec2`,
`interpolated`; `placed` for a word of a known text between two that were recognised; `translated` if a
translation's words were spread over the time of the spoken sentence; `edited` in an edited transcript, where
a word has the times of those it replaces, or lies between its neighbours, and has no score; `none` if start
and end are null.
"""

CUES = Kind(
    "cues",
    1,
    "parquet",
    (
        Column("index", "int32"),
        *_SPAN,
        Column("text", "string"),
        Column("speakers", "list<string>"),
        Column("segments", "list<int32>"),
        Column("flags", "list<string>"),
    ),
    content=("language",),
    intervals=True,
)
"""Cues: `text` with line breaks and without speaker labels, in `language` (`und` without speech).

`speakers` are in order of lines; `flags` are those of `ipc/cue_flags.py` (`too_fast`, `overlap`, ...).
"""

CAST = Kind(
    "cast",
    1,
    "parquet",
    (
        Column("name", "string"),
        Column("kind", "string"),
        Column("actor", "string", nullable=True),
        Column("aliases", "list<string>"),
        Column("source", "string"),
        Column("order", "int32"),
    ),
    content=("title", "original_title", "language", "year", "plot", "series", "sources"),
)
"""The names in a film, with the film's facts.

`kind` is character, place or other, `order` the billing from 0, `source` the name's source. About the film:
`language` is the original one (ISO 639-1); `year` is 0 and texts are empty if unknown; `sources` lists the
requests in order, with their results.
"""

GLOSSARY = Kind(
    "glossary",
    2,
    "parquet",
    (
        Column("term", "string"),
        Column("kind", "string"),
        Column("source", "string"),
        Column("weight", "float"),
        Column("variants", "list<string>"),
        Column("full", "string", nullable=True),
    ),
)
"""Names to expect, in their correct spelling.

`kind` is given, family, full, place or other; `weight` in 0..1. `variants` are other spoken or written forms,
`full` is the full name of the character.
"""

TERMS = Kind(
    "terms",
    1,
    "parquet",
    tuple(Column(name, "string") for name in ("source", "target", "note", "kind", "origin")),
    content=("summary",),
)
"""Terms of a film in two languages, by a model that translates it, and its `summary`.

`kind` is name, place, term, or address: how one speaks to another, with `SPEAKER > LISTENER` as its source.
`origin` is user or model.
"""

PROPOSALS = Kind(
    "proposals",
    1,
    "parquet",
    (
        *_SPAN,
        Column("before", "string"),
        Column("after", "string"),
        Column("kind", "string"),
        Column("reason", "string"),
        Column("line", "string"),
    ),
    intervals=True,
)
"""Changes that a model proposes and nobody has made: `before`, a part of the text `line` at that time, would
become `after`. `kind` is one of `ipc/proposals.py`."""

CORRECTIONS = Kind(
    "corrections",
    1,
    "parquet",
    (
        Column("start", "double", nullable=True),
        Column("end", "double", nullable=True),
        Column("segment", "int32"),
        Column("word", "int32"),
        Column("before", "string"),
        Column("after", "string"),
        Column("term", "string"),
        Column("score", "float"),
        Column("evidence", "list<string>"),
        Column("applied", "bool"),
    ),
)
"""Corrected words: `word` is the row in the table of words, `term` the glossary's. A correction that the user
undid is not `applied`."""

SPEAKERS = Kind(
    "speakers",
    1,
    "parquet",
    (
        Column("speaker", "string"),
        Column("name", "string", nullable=True),
        Column("confidence", "float"),
        Column("source", "string"),
        Column("evidence", "list<string>"),
    ),
)
"""The speakers: `name` is null if unknown. `source` is asked (the user gave it), text (the known text names
them), title (that of the speaker's own track), voice (a saved voice), subtitles (existing ones name them),
dialogue, or none."""

DOUBTS = Kind(
    "doubts",
    1,
    "parquet",
    (
        *_SPAN,
        Column("segment", "int32", nullable=True),
        Column("verdict", "string"),
        Column("text", "string"),
        Column("reasons", "list<string>"),
        Column("score", "float"),
    ),
    intervals=True,
)
"""Where the transcription is doubtful, as text or as missed speech.

`verdict` is `dropped` (hallucinated text, in no segment), `flagged` (doubtful text of the segment `segment`),
`recovered` (speech whose text, in `segment`, comes from the second pass), or `empty` (speech without text).
With a known text, `unspoken` is text of it that is not spoken (in `segment` if it is kept), and `extra` is
speech that is not in it (in `segment` if it is kept).
`score` in 0..1 is its certainty.
"""

PIECES = Kind(
    "pieces",
    1,
    "parquet",
    (*_SPAN, Column("at", "double"), Column("speaker", "string", nullable=True)),
    intervals=True,
)
"""The pieces of a recording in which turns that overlap were laid out apart: `at` is the time in the film.

With a `speaker` a piece is a turn from the speaker's own track, else it is what the film has there.
"""

KNOWN_LINES = Kind(
    "known_lines",
    1,
    "parquet",
    (
        Column("start", "double", nullable=True),
        Column("end", "double", nullable=True),
        Column("line", "int32"),
        Column("text", "string"),
        Column("speaker", "string", nullable=True),
        Column("verdict", "string"),
    ),
)
"""The lines of a text that the user gave, in its order: `line` is the line of the file, or the cue, from 1.

`speaker` is the name that the text gives. `verdict` is `spoken`, `partly`, or `unspoken`, which has no times.
"""

KEPT_CUES = Kind(
    "kept_cues",
    1,
    "parquet",
    (
        Column("cue", "int32", nullable=True),
        Column("text", "string"),
        Column("codes", "list<string>"),
        Column("words", "list<string>"),
        Column("complete", "bool"),
        Column("start", "double", nullable=True),
        Column("end", "double", nullable=True),
    ),
)
"""The words of the film by cues that a text divides them into: each row is a run of words in their order.

`cue` is the number of the cue in its file, None for words that are laid out. `text` are its lines, `codes`
its override codes, each `PLACE CODE`, `complete` is whether all of its text is spoken.
A cue in which nobody speaks has no words, stands at the end, and has times.
"""

FILM_TEXTS = Kind(
    "film_texts",
    1,
    "parquet",
    (Column("track", "string"), Column("language", "string"), Column("text", "string")),
)
"""The text tracks of a film: the track in words, its language (empty if none is stated), its text as SRT."""

SUBTITLE_LINES = Kind(
    "subtitle_lines",
    1,
    "parquet",
    (
        *_SPAN,
        Column("text", "string"),
        Column("speaker", "string"),
        Column("language", "string"),
        Column("source", "string"),
    ),
    intervals=True,
)
"""What subtitles that belong to the film say when, without markup; `source` is their file or track.

`speaker` is whom the cue names, empty if it names nobody. `language` is the one that their name states or
that the film is spoken in, empty if neither is known.
"""

SHOTS = Kind(
    "shots", 1, "parquet", (Column("time", "double"), Column("score", "float")), content=("frame_rate",)
)
"""Shot changes in order: `time` is that of the new shot's first frame. `frame_rate` in frames per second, 0
without a picture."""

CHAPTERS = Kind(
    "chapters",
    1,
    "parquet",
    (*_SPAN, Column("title", "string"), Column("reasons", "list<string>")),
    intervals=True,
)
"""The chapters, without gaps from 0 to the film's end; none if nothing divides it. `reasons` are the evidence
for a chapter's start: topic, pause, and shot change if it begins with one."""

SOUNDS = Kind(
    "sounds",
    1,
    "parquet",
    (*_SPAN, Column("kind", "string"), Column("confidence", "float", nullable=True)),
    intervals=True,
)
"""Sounds without speech: `kind` is `music` or `silence`."""

PHRASES = Kind(
    "phrases", 1, "parquet", (Column("word", "int32"), Column("cost", "float")), content=("language",)
)
"""The cost of a line break before `word` (a row of the table of words), 0 best; words without a row were not
parsed."""

WAVEFORM = Kind(
    "waveform",
    1,
    "arrow",
    (Column("low", "int32"), Column("high", "int32")),
    content=("per_second",),
)
"""The lowest and highest sample (int16) of each 1 / `per_second` seconds, from 0."""

FILE = Kind("file", 1, "file")
"""An opaque file, such as an SRT or a film. Its digest covers its bytes."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        AUDIO, REGIONS, SCORES, TURNS, EMBEDDINGS, SEGMENTS, WORDS, CUES, CAST, GLOSSARY, TERMS, PROPOSALS,
        CORRECTIONS, SPEAKERS, DOUBTS, PIECES, KNOWN_LINES, KEPT_CUES, FILM_TEXTS, SUBTITLE_LINES, SHOTS,
        CHAPTERS, SOUNDS, PHRASES, WAVEFORM, FILE,
    )
}  # fmt: skip
