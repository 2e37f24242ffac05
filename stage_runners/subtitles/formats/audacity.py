"""Label tracks of Audacity: a line for each cue, with its times in seconds."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.tiers import cues_of


def write(document: Document) -> str:
    """The file: start, end and text, separated by tabs."""
    return "".join(f"{one.start / 1000:.6f}\t{one.end / 1000:.6f}\t{one.text}\n" for one in cues_of(document))


FORMAT = Format(
    name="labels",
    extension="txt",
    content="cues",
    media_type="text/plain",
    description="a label track for Audacity (File > Import > Labels): start, end and text of each cue",
    write=write,
    part="labels",
)
