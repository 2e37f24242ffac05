"""The words as a table (Parquet), for notebooks and databases: a row for each word of the transcript."""

from __future__ import annotations

import io

from stage_runners.subtitles import plain_text
from stage_runners.subtitles.cue_words import cue_words
from stage_runners.subtitles.output_format import Document, Format, tag_of


def write(document: Document) -> bytes:
    """The file. docs/reference.md describes the columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = cue_words(document)
    segments = {segment["id"]: segment for segment in document.segments}
    rows = found.rows
    columns = {
        "word": (pa.string(), [plain_text.plain(row["text"]) for row in rows]),
        "start": (pa.float64(), [row["start"] for row in rows]),
        "end": (pa.float64(), [row["end"] for row in rows]),
        "speaker": (pa.string(), [row["speaker"] for row in rows]),
        "name": (pa.string(), [document.names.get(row["speaker"] or "") for row in rows]),
        "confidence": (
            pa.float32(),
            [row["probability"] if row["score"] is None else row["score"] for row in rows],
        ),
        "method": (pa.string(), [row["method"] or "none" for row in rows]),
        "language": (pa.string(), [tag_of(segments[row["segment"]]["language"]) for row in rows]),
        "segment": (pa.int32(), [row["segment"] for row in rows]),
        "cue": (pa.int32(), found.cue_numbers(document.cues)),
        "space": (pa.bool_(), [bool(row["space"]) for row in rows]),
        "overlap": (pa.bool_(), [bool(row["overlap"]) for row in rows]),
    }
    table = pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


FORMAT = Format(
    name="words",
    extension="parquet",
    content="transcript",
    media_type="application/vnd.apache.parquet",
    description="the words as a Parquet table: time, speaker, confidence, language and cue of each",
    write=write,
    language_tag="translations",
    part="words",
)
