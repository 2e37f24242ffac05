"""Whose words are whose: by turns beside a text, and in cues that a user has edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ipc.intervals import overlap
from stage_runners.scoring.srt import voices
from stage_runners.scoring.units import Turn, Unit


def attributed(units: Iterable[Unit], turns: Sequence[Turn]) -> list[Unit]:
    """The units with the speaker whose turns they overlap longest, else who speaks nearest to them. All of them are timed."""
    found = []
    for unit in units:
        start, end = unit.start or 0.0, unit.end or 0.0
        seconds: dict[str, float] = {}
        for turn in turns:
            shared = overlap(start, end, turn.start, turn.end)
            if shared > 0:
                seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + shared
        if seconds:
            who = max(seconds, key=lambda name, known=seconds: known[name])
        else:
            who = min(turns, key=lambda t, a=start, b=end: max(t.start - b, a - t.end)).speaker
        found.append(Unit(text=unit.text, start=start, end=end, speaker=who))
    return found


def edited(rows: Sequence[Mapping[str, Any]], begin: float = 0.0) -> list[Unit]:
    """The cues that a user edited, `begin` seconds later, a unit a voice: in a dialogue each dash is the next of the cue's speakers."""
    units = []
    for row in rows:
        parts = [part for part, _ in voices(str(row["text"]).split("\n"), None) if part]
        speakers = list(row["speakers"])
        own = (
            speakers
            if len(speakers) == len(parts)
            else [speakers[0] if len(speakers) == 1 else None] * len(parts)
        )
        units += [
            Unit(text=" ".join(part), start=row["start"] + begin, end=row["end"] + begin, speaker=who)
            for part, who in zip(parts, own, strict=True)
        ]
    return units
