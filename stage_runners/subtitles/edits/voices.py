"""The voices that a person named or gave a cue to, among the voices of this run: found by where they speak, not by their label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ipc.edits import Edit, Overlay, Shown, voices

Row = Mapping[str, Any]
SOURCE = "edited"


class People:
    """The overlay's voices in this run. `turns` are rows with start, end and speaker, in the time of `clip` where that is given."""

    def __init__(
        self, overlay: Overlay, turns: Iterable[Row], clip: tuple[float, float] | None = None
    ) -> None:
        late = clip[0] if clip else 0.0
        spoken = [
            (float(t["start"]) + late, float(t["end"]) + late, str(t["speaker"]))
            for t in turns
            if t["speaker"]
        ]
        found = voices(overlay, spoken)
        self.labels = {label: voice.label for label, voice in found.items()}
        """The label here by the overlay's label."""
        self.names: dict[str, str] = {}
        """The name that a person gave, by the label here."""
        sure: dict[str, float] = {}
        for person in overlay.speakers:
            label, seconds = found[person.label]
            if person.name and seconds >= sure.get(label, 0.0):
                self.names[label], sure[label] = person.name, seconds

    def named(self, known: Sequence[Row], here: Iterable[str]) -> list[Row]:
        """The table of speakers with the names that a person gave: those of the labels `here`, which hold against every other."""
        rows = {row["speaker"]: row for row in known}
        for label in dict.fromkeys(here):
            if name := self.names.get(label):
                rows[label] = {
                    "speaker": label,
                    "name": name,
                    "confidence": 1.0,
                    "source": SOURCE,
                    "evidence": ["named in the review"],
                }
        return list(rows.values())

    def edits(self, edits: Sequence[Edit], same: Mapping[str, str]) -> list[Edit]:
        """The edits with the labels of this run. `same` maps labels to that of the first voice of their name."""

        def here(cue: Shown) -> Shown:
            found = (self.labels.get(label, label) for label in cue.speakers)
            return replace(cue, speakers=tuple(same.get(label, label) for label in found))

        return [replace(edit, after=tuple(map(here, edit.after))) for edit in edits]

    def speaking(self, edits: Sequence[Edit]) -> list[str]:
        """The labels, here, of everybody that edited cues are given to."""
        found = (self.labels.get(label, label) for e in edits for cue in e.after for label in cue.speakers)
        return list(dict.fromkeys(label for label in found if label))
