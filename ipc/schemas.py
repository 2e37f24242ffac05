"""The kinds of artifact, as data: columns, versions, and the rules a valid one keeps.

A kind is plain data so that this file needs nothing but the standard library; `ipc.artifacts` turns it
into pyarrow schemas. Times are float64 seconds after the film's `format.start_time`, which is what
players show. A nullable column may hold nulls; any other may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Container = Literal["parquet", "arrow", "file"]


@dataclass(frozen=True)
class Column:
    """One column: `type` is a pyarrow type's name, `list<...>` for lists."""

    name: str
    type: str
    nullable: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of artifact.

    `content` names the facts that belong to the content (they enter its digest) though they are no
    columns, such as a sample rate; each must be there. `intervals` says that `start <= end` holds in every
    row and that rows are sorted by start (nulls aside).
    """

    name: str
    version: int
    container: Container
    columns: tuple[Column, ...] = ()
    content: tuple[str, ...] = ()
    intervals: bool = False

    @property
    def suffix(self) -> str:
        """File name suffix of this kind, with the dot; empty for `file`."""
        return {"parquet": ".parquet", "arrow": ".arrow", "file": ""}[self.container]


_SPAN = (Column("start", "double"), Column("end", "double"))

AUDIO = Kind("audio", 1, "arrow", (Column("pcm", "int16"),), content=("sample_rate",))

REGIONS = Kind(
    "regions", 1, "parquet", (*_SPAN, Column("confidence", "float", nullable=True)), intervals=True
)
"""Stretches of speech, or of overlap. `confidence` in 0..1 is the mean score where there is one."""

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
"""One voice a row: `vector` has unit length, `seconds` is how much speech it was made from."""

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
"""Stretches of text. `language` is an ISO 639-1 code as Whisper names it, `confidence` in 0..1."""

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
)
"""Words in reading order; `segment` is the id of the segment that holds the word.

`text` has no blanks around it, `space` says whether one stands before it. `probability` is the
recogniser's, `score` the aligner's, both in 0..1. `method` names how the times were found: `attention`,
`pocketsphinx`, `wav2vec2`, `interpolated`; `translated` where a translation's words were spread over the time that the
sentence was spoken in; `edited` in a transcript that a person changed: such a word has the time of those it replaces, or lies between its
neighbours, and has no score; `none` where start and end are null.
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
"""What is shown: `text` with line breaks and no speaker label, in `language` (`und` when nothing was said).

`speakers` in order of lines; `flags` are those of `ipc/cue_flags.py` (`too_fast`, `overlap`, ...).
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
"""Who and what is in a film: `kind` is character, place or other, `order` the billing from 0, `source` who says so.

Of the film itself: `language` is the original one (ISO 639-1), `year` 0 and texts empty where nobody knows; `sources` says in order
what was asked and what it gave.
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
"""Names to expect, as they are to be written. `kind` is given, family, full, place or other; `weight` in 0..1.

`variants` are other forms it is spoken or written in, `full` is the whole name of the character it belongs to.
"""

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
"""Words that were set right: `word` is the row in the table of words, `term` the glossary's. One that the user took back is not `applied`."""

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
"""Who the voices are: `name` is null where nobody can tell. `source` is asked (the user says so), voice (it is known), dialogue, or none."""

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
"""Where recognition is not to be trusted, on both sides.

`verdict` is `dropped` (text that nobody said: it is in no segment), `flagged` (kept, and doubtful; `segment` is its id), `recovered` (speech that
had no text, and got some when it was heard again; `segment` is its id), or `empty` (speech that still has none). `score` in 0..1 is how sure that is.
"""

SHOTS = Kind(
    "shots", 1, "parquet", (Column("time", "double"), Column("score", "float")), content=("frame_rate",)
)
"""Changes of shot in order: `time` is that of the first frame of the new one. `frame_rate` in frames a second, 0 where there is no picture."""

SOUNDS = Kind(
    "sounds",
    1,
    "parquet",
    (*_SPAN, Column("kind", "string"), Column("confidence", "float", nullable=True)),
    intervals=True,
)
"""What is heard where nobody speaks: `kind` is `music`, or `silence`."""

PHRASES = Kind(
    "phrases", 1, "parquet", (Column("word", "int32"), Column("cost", "float")), content=("language",)
)
"""What it costs a reader where a line ends before `word` (a row of the table of words), 0 best; words that are not listed have no parse."""

WAVEFORM = Kind(
    "waveform",
    1,
    "arrow",
    (Column("low", "int32"), Column("high", "int32")),
    content=("per_second",),
)
"""The lowest and the highest sample (int16) of each stretch of 1 / `per_second` seconds, from 0 on."""

FILE = Kind("file", 1, "file")
"""An opaque file, such as an SRT or a film. Its digest is over its bytes."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        AUDIO, REGIONS, SCORES, TURNS, EMBEDDINGS, SEGMENTS, WORDS, CUES, CAST, GLOSSARY, CORRECTIONS, SPEAKERS,
        DOUBTS, SHOTS, SOUNDS, PHRASES, WAVEFORM, FILE,
    )
}  # fmt: skip
