"""Who speaks when: Rich Transcription Time Marked, which tools for diarization read and score."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format

RECORDING = "film"
"""The name of the recording in the stored result, which serves every copy of the film, whatever its file is
called."""


def write(document: Document) -> str:
    """A line for each turn, overlap kept."""
    return "".join(
        f"SPEAKER {RECORDING} 1 {turn['start']:.3f} {turn['end'] - turn['start']:.3f} <NA> <NA> "
        f"{'_'.join(turn['speaker'].split())} <NA> <NA>\n"
        for turn in document.turns
    )


def for_film(text: str, stem: str) -> str:
    """The file with the film's name as that of the recording.

    Scoring tools match recordings by this name, and take a blank for its end.
    """
    name = "_".join(stem.split()) or RECORDING
    lines = (line.split(" ", 2) for line in text.splitlines())
    return "".join(f"{kind} {name} {rest}\n" for kind, _, rest in lines)


FORMAT = Format(
    name="rttm",
    extension="rttm",
    content="turns",
    media_type="text/plain",
    description="speaker turns, overlap kept; the recording has the film's name, with `_` for blanks; a run with `--no-diarize` removes "
    "this file, unless somebody changed it",
    write=write,
    language_tag="never",
    by_default=True,
    for_film=for_film,
    rank=70,
)
