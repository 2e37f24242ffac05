"""The transcript of the podcast namespace in JSON: what each cue says, by whom, and when.

Source: github.com/Podcastindex-org/podcast-namespace, docs/examples/transcripts/transcripts.md.
"""

from __future__ import annotations

from ipc import json_text
from stage_runners.subtitles.output_format import Document, Format
from stage_runners.subtitles.speakers import by_speaker

_VERSION = "1.0.0"


def write(document: Document) -> str:
    """The file: a segment for each cue, or for each speaker of a cue with two."""
    segments = []
    for cue in document.cues:
        for lines in by_speaker(cue.lines):
            segment: dict[str, object] = {}
            if name := document.names.get(lines[0].speaker or ""):
                segment["speaker"] = name
            segment["startTime"] = cue.start / 1000
            segment["endTime"] = cue.end / 1000
            segment["body"] = " ".join(" ".join(line.text for line in lines).split())
            segments.append(segment)
    return json_text.dumps({"version": _VERSION, "segments": segments}, indent=1) + "\n"


FORMAT = Format(
    name="podcast",
    extension="json",
    content="cues",
    media_type="application/json",
    description="the JSON transcript of the podcast namespace (Podcasting 2.0): speaker, startTime, endTime "
    "and body of each cue",
    write=write,
    part="podcast",
)
