"""Speaker turns as RTTM (Rich Transcription Time Marked), which diarization tools read and score."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Beside, Document, Format

RECORDING = "film"
"""The name of the recording in the stored result, which is shared by copies of the film with other names."""


def write(document: Document) -> str:
    """One line per turn; overlapping turns are included."""
    return "".join(
        f"SPEAKER {RECORDING} 1 {turn['start']:.3f} {turn['end'] - turn['start']:.3f} <NA> <NA> "
        f"{'_'.join(turn['speaker'].split())} <NA> <NA>\n"
        for turn in document.turns
    )


def for_film(text: str, film: Beside) -> str:
    """The file with the film's name as the name of the recording.

    Scoring tools match recordings by this name, which must not contain spaces.
    """
    name = "_".join(film.stem.split()) or RECORDING
    lines = (line.split(" ", 2) for line in text.splitlines())
    return "".join(f"{kind} {name} {rest}\n" for kind, _, rest in lines)


FORMAT = Format(
    name="rttm",
    extension="rttm",
    content="turns",
    media_type="text/plain",
    description="speaker turns, including overlaps; its file ID is the film's name, with `_` for spaces; "
    "a run with `--no-diarize` removes this file, unless it was changed by hand",
    write=write,
    language_tag="never",
    by_default=True,
    for_film=for_film,
    rank=70,
)
