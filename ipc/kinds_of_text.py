"""Kinds of tables about text: words, cues, what is doubtful, and texts that came with the film."""

from __future__ import annotations

from ipc.kind import SPAN, Column, Kind

SEGMENTS = Kind(
    "segments",
    1,
    "parquet",
    (
        Column("id", "int32"),
        *SPAN,
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
        *SPAN,
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

DOUBTS = Kind(
    "doubts",
    1,
    "parquet",
    (
        *SPAN,
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
        *SPAN,
        Column("text", "string"),
        Column("speaker", "string"),
        Column("language", "string"),
        Column("source", "string"),
    ),
    intervals=True,
)
"""What subtitles that belong to the film say when, without markup; `source` is their file or track.

`speaker` is whom the cue names, empty if it names nobody, or if other subtitles name the speakers.
`language` is the one that their name states or that the film is spoken in, empty if neither is known.
"""

PHRASES = Kind(
    "phrases", 1, "parquet", (Column("word", "int32"), Column("cost", "float")), content=("language",)
)
"""The cost of a line break before `word` (a row of the table of words), 0 best; words without a row were not
parsed."""

CHAPTERS = Kind(
    "chapters",
    1,
    "parquet",
    (*SPAN, Column("title", "string"), Column("reasons", "list<string>")),
    intervals=True,
)
"""The chapters, without gaps from 0 to the film's end; none if nothing divides it. `reasons` are the evidence
for a chapter's start: topic, pause, and shot change if it begins with one."""
