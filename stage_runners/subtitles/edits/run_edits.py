"""Reads the user's edits, matches them with this run's speakers, applies them to cues and transcript."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.edits import DamagedError, Overlay, parse
from ipc.errors import StageError
from ipc.rows import SegmentRow, SpeakerRow, TurnRow, WordRow
from ipc.time_range import clip_of
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.edits.apply import EditedCues, Lay, apply_edits, found_in_words
from stage_runners.subtitles.edits.cues import Labels, flag_broken_limits, with_other_labels
from stage_runners.subtitles.edits.transcript import rewritten
from stage_runners.subtitles.edits.voices import EditedVoices
from stage_runners.subtitles.speakers import first_of_name, speaker_names
from stage_runners.subtitles.tokens import completed

if TYPE_CHECKING:
    from ipc.context import Context


def read(path: str | None) -> Overlay:
    """The edits in the file at `path`, none without a path; `StageError` (input) if the file is damaged."""
    if not path:
        return Overlay()
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = str(error) if isinstance(error, DamagedError | OSError) else "it is not UTF-8"
        raise StageError(
            "input", f"{path}: the edits cannot be read: {why}", "run `orchestrator edits FILM`"
        ) from error


class RunEdits:
    """The edits that the parameters `edits`, `track` and `clip` select, for the rows of one run.

    `speakers` is the table of speakers with the names that the user gave, `names` the name of every label.
    `laid_out_names` are the names without the user's: cues are laid out with those, so that a new name moves
    no cue that was not edited.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        turns: Sequence[TurnRow],
        segments: Sequence[SegmentRow],
        speakers: Sequence[SpeakerRow],
    ) -> None:
        overlay = read(params.get("edits"))
        self._clip = clip_of(params.get("clip"))
        self._track = str(params.get("track") or "")
        self._edits = overlay.tracks.get(self._track, ())
        spoken = [(turn["start"], turn["end"], turn["speaker"]) for turn in turns]
        spoken = spoken or [(s["start"], s["end"], s["speaker"]) for s in segments if s["speaker"]]
        self._voices = EditedVoices(overlay, spoken, self._clip)
        given = self._voices.speakers_of(self._edits)
        present = [*(segment["speaker"] for segment in segments), *given]
        self.speakers = self._voices.named(speakers, [label for label in present if label])
        self.laid_out_names = speaker_names(present, speakers)
        self.names = speaker_names(present, self.speakers)
        self._named = {label: name for label, name in self._voices.names.items() if label in self.names}
        self._same = first_of_name(self.laid_out_names)
        self._edited: EditedCues | None = None

    def cues(
        self,
        segments: Sequence[SegmentRow],
        words: Sequence[WordRow],
        lay: Lay,
        laid_out: Labels,
        shown: Labels,
        finish: Callable[[list[Cue]], list[Cue]] = list,
    ) -> tuple[list[Cue], list[Cue]]:
        """The cues before and after the edits.

        In `segments` and `words` voices of one name are one speaker. Cues are laid out with the labels
        `laid_out`, and get the labels `shown`. `finish` is what is done to a whole list of cues after the
        layout.
        """
        edits = self._voices.relabelled(self._edits, self._same)
        self._edited = apply_edits(edits, segments, words, lay, laid_out, finish=finish, clip=self._clip)
        return list(self._edited.base), [
            flag_broken_limits(with_other_labels(cue, shown), shown.limits) for cue in self._edited.cues
        ]

    def find(self, segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> None:
        """Find the words that the edits replace, without a layout; then `transcript` has them."""
        edits = self._voices.relabelled(self._edits, self._same)
        self._edited = EditedCues((), (), found_in_words(edits, segments, words, self._clip))

    @property
    def count(self) -> int:
        """The number of edits of the track."""
        return len(self._edits)

    def transcript(
        self, segments: Sequence[SegmentRow], words: Sequence[WordRow]
    ) -> tuple[Sequence[SegmentRow], Sequence[WordRow]]:
        """Segments and words with the text of the edits instead of the words under them; after `cues`."""
        if self._edited is None or not self._edited.applied:
            return segments, words
        replaced = [(one.edit, one.words) for one in self._edited.applied]
        segments, words = rewritten(replaced, segments, completed(segments, words), self._same)
        labels = (None, *self.names)
        return [s if s["speaker"] in labels else {**s, "speaker": None} for s in segments], words

    def report(self, context: Context) -> None:
        """Report the outcome of the edits, if there are any."""
        if self._edited is None or not (self._edits or self._named):
            return
        fact = self._edited.fact() | {"named": self._named}
        context.fact("edits", fact)
        parts = [
            f"{fact['applied']} applied" if fact["applied"] else "",
            f"{fact['relaid']} of them to cues with new boundaries" if fact["relaid"] else "",
            f"{fact['replaced']} of them over text that is recognised differently now"
            if fact["replaced"]
            else "",
            f"{fact['lost']} outside the part that was run" if fact["lost"] else "",
            f"speakers named {', '.join(self._named.values())}" if self._named else "",
        ]
        context.log("edits: " + ", ".join(filter(None, parts)))
