"""Subtitle files for scoring (SRT, WebVTT, ASS): the spoken text of each cue, and who speaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ipc.errors import StageError
from stage_runners.scoring.units import Cue, Source, Unit
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Entry, Event
from stage_runners.subtitle_files.speeches import UNCASED, USUAL, speeches, spoken

FORMATS = (".srt", ".vtt", ".ass", ".ssa")
_TIMES = {"srt": "00:00:01,500 --> 00:00:03,000", "vtt": "00:00:01.500 --> 00:00:03.000", "ass": "0:00:01.50"}
_LAST_S = 100 * 3600
"""Seconds from which times are damage: no film is as long, and most programs cannot read them."""


def read_subtitles(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """The cues of the file, with their text and speakers; StageError("input") if it has no cues.

    The speaker is the one that the format names (a voice span of WebVTT, ASS's column Name). Otherwise a
    label applies until the next one, as viewers read it; after a dash without a label the speaker is unknown.
    Other text in brackets is a sound, which does not count as text. Times that cannot be read are an error,
    because without their cue the score would be wrong.
    """
    subtitles = entries.read(text)
    kind = subtitles.kind
    found = [_timed(path, entry, kind) for entry in subtitles.entries if entry.shown]
    units: list[Unit] = []
    cues: list[Cue] = []
    speaker: str | None = None
    for event in sorted(found, key=lambda one: one.start.seconds):
        start, end = event.start.shown, event.end.shown
        spans = [(named, _lines(part)) for named, part in markup.spans(event, kind)]
        if not (lines := [line for _, part in spans for line in part]):
            continue
        if end < start:
            raise StageError("input", f"{path.name}: the cue at {start:.3f} s ends before it starts")
        said = []
        for named, shown in spans:
            for part, who in voices(shown, speaker):
                speaker = named or who
                said += part
                if part:
                    units.append(Unit(text=" ".join(part), start=start, end=end, speaker=speaker))
        cues.append(Cue(start=start, end=end, lines=tuple(lines), said=tuple(said)))
    if not cues:
        why = "all of its cues are empty" if found else f"no line has times such as {_TIMES[kind]}"
        raise StageError("input", f"{path.name}: no cues; {why}")
    return Source(name=path.name, kind="srt", units=tuple(units), cues=tuple(cues))


def voices(lines: Sequence[str], speaker: str | None) -> Iterator[tuple[list[str], str | None]]:
    """The lines of a cue grouped by speaker, without labels, dashes and sounds.

    `speaker` is the speaker before this cue.
    """
    for speech in speeches(lines, USUAL + UNCASED, USUAL + UNCASED):
        if speech.begins:
            speaker = speech.label.name if speech.label else None
        yield [line for line in map(spoken, speech.lines) if line], speaker


def _timed(path: Path, entry: Entry, kind: str) -> Event:
    if isinstance(entry, Event) and entry.end.seconds < _LAST_S:
        return entry
    name = entries.NAMES[kind].partition(" ")[0]
    raise StageError(
        "input",
        f"{path.name}, line {entry.line}: not times of {name} ({entry.written[:60]})",
        f"write them as {_TIMES[kind]}",
    )


def _lines(text: str) -> list[str]:
    return text.strip().split("\n") if text.strip() else []
