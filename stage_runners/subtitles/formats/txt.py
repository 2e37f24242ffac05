"""The transcript as plain text."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import label


def write(document: Document) -> str:
    """One line per segment, with the speaker's label."""
    return "".join(
        (f"{label(document.names[speaker])} " if (speaker := segment["speaker"]) else "")
        + " ".join(segment["text"].split())
        + "\n"
        for segment in document.segments
    )


FORMAT = Format(
    name="txt",
    extension="txt",
    content="transcript",
    media_type="text/plain",
    description="the transcript, a line for each segment, with speaker labels",
    write=write,
    rank=40,
)
