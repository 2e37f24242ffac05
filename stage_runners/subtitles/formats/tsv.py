"""The transcript as a table, with the columns of Whisper's TSV."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format


def write(document: Document) -> str:
    """Start and end in milliseconds and the text of every segment."""
    lines = (
        f"{round(segment['start'] * 1000)}\t{round(segment['end'] * 1000)}\t"
        f"{' '.join(segment['text'].split())}\n"
        for segment in document.segments
    )
    return "start\tend\ttext\n" + "".join(lines)


FORMAT = Format(
    name="tsv",
    extension="tsv",
    content="transcript",
    media_type="text/tab-separated-values",
    description="the transcript, a row for each segment: start and end in milliseconds, text",
    write=write,
    rank=50,
)
