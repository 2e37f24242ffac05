"""Kinds of tables about names, terms, and what is corrected or proposed."""

from __future__ import annotations

from ipc.kind import SPAN, Column, Kind

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
        *SPAN,
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
