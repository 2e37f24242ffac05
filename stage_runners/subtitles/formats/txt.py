"""The transcript as plain text."""

from __future__ import annotations

from ipc.rows import SegmentRow
from ipc.speaker_labels import label
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.text.direction import marked


def write(document: Document) -> str:
    """One line per segment, with the speaker's label."""
    film = document.right_to_left
    return "".join(f"{_line(segment, document, film=film)}\n" for segment in document.segments)


def _line(segment: SegmentRow, document: Document, *, film: bool) -> str:
    text = " ".join(segment["text"].split())
    speaker = segment["speaker"]
    return marked(f"{label(document.names[speaker])} {text}" if speaker else text, text, film=film)


FORMAT = Format(
    name="txt",
    extension="txt",
    content="transcript",
    media_type="text/plain",
    description="the transcript, a line for each segment, with speaker labels",
    write=write,
    rank=40,
)
