"""Matches the speakers of the user's edits with the speakers of this run, by their speech times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ipc.edits import Edit, Overlay, Shown, voices
from ipc.rows import SpeakerRow

SOURCE = "edited"


class EditedVoices:
    """The voices of `overlay` in this run.

    `spoken` says who speaks when (start, end, label), in the time of `clip` if there is one. `labels` maps a
    label of the overlay to the label of the same voice in this run, `names` a label of this run to the name
    that the user gave.
    """

    def __init__(
        self,
        overlay: Overlay,
        spoken: Iterable[tuple[float, float, str | None]],
        clip: tuple[float, float] | None = None,
    ) -> None:
        offset = clip[0] if clip else 0.0
        turns = [(float(start) + offset, float(end) + offset, label) for start, end, label in spoken if label]
        matched = voices(overlay, turns)
        self.labels = {label: voice.label for label, voice in matched.items()}
        self.names: dict[str, str] = {}
        longest: dict[str, float] = {}
        for person in overlay.speakers:
            label, seconds = matched[person.label]
            if person.name and seconds >= longest.get(label, 0.0):
                self.names[label], longest[label] = person.name, seconds

    def named(self, speakers: Sequence[SpeakerRow], labels: Iterable[str]) -> list[SpeakerRow]:
        """The table of speakers with the names that the user gave to those of `labels`; they win over every
        other name.
        """
        rows = {row["speaker"]: row for row in speakers}
        for label in dict.fromkeys(labels):
            if name := self.names.get(label):
                rows[label] = {
                    "speaker": label,
                    "name": name,
                    "confidence": 1.0,
                    "source": SOURCE,
                    "evidence": ["named in the review"],
                }
        return list(rows.values())

    def relabelled(self, edits: Sequence[Edit], same: Mapping[str, str]) -> list[Edit]:
        """The edits with this run's labels; `same` maps labels to that of the first speaker of their name."""

        def in_this_run(cue: Shown) -> Shown:
            labels = (self.labels.get(label, label) for label in cue.speakers)
            return replace(cue, speakers=tuple(same.get(label, label) for label in labels))

        return [replace(edit, after=tuple(map(in_this_run, edit.after))) for edit in edits]

    def speakers_of(self, edits: Sequence[Edit]) -> list[str]:
        """The labels, in this run, of everybody whom an edited cue is given to."""
        labels = (self.labels.get(label, label) for e in edits for cue in e.after for label in cue.speakers)
        return list(dict.fromkeys(label for label in labels if label))
