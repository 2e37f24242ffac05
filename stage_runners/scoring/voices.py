"""The speaker of each piece of text, from speaker turns or from cues that a user edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ipc.intervals import overlap
from stage_runners.scoring.subtitle_files import voices
from stage_runners.scoring.units import Turn, Unit


def attributed(units: Iterable[Unit], turns: Sequence[Turn]) -> list[Unit]:
    """The units, each with the speaker whose turns overlap it longest, or else with the nearest speaker.

    All units must have times.
    """
    result = []
    for unit in units:
        start, end = unit.start or 0.0, unit.end or 0.0
        seconds: dict[str, float] = {}
        for turn in turns:
            shared = overlap(start, end, turn.start, turn.end)
            if shared > 0:
                seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + shared
        if seconds:
            speaker, _ = max(seconds.items(), key=lambda item: item[1])
        else:
            speaker = _nearest(turns, start, end).speaker
        result.append(Unit(text=unit.text, start=start, end=end, speaker=speaker))
    return result


def _nearest(turns: Sequence[Turn], start: float, end: float) -> Turn:
    return min(turns, key=lambda turn: max(turn.start - end, start - turn.end))


def edited(rows: Sequence[Mapping[str, Any]], begin: float = 0.0) -> list[Unit]:
    """The cues that a user edited as units of one speaker each, moved `begin` seconds later.

    In a dialogue, each dash starts the text of the next speaker of the cue.
    """
    units = []
    for row in rows:
        parts = [part for part, _ in voices(str(row["text"]).split("\n"), None) if part]
        speakers = list(row["speakers"])
        if len(speakers) != len(parts):
            speakers = [speakers[0] if len(speakers) == 1 else None] * len(parts)
        units += [
            Unit(text=" ".join(part), start=row["start"] + begin, end=row["end"] + begin, speaker=speaker)
            for part, speaker in zip(parts, speakers, strict=True)
        ]
    return units
