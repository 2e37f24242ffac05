"""The user's overlay in a run of `subtitles`: read, its voices found, its edits laid over cues and transcript, and what came of it said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.edits import DamagedError, Overlay, parse
from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.edits.cues import Labels, called_otherwise, judged
from stage_runners.subtitles.edits.overlay import Lay, Mended, mend
from stage_runners.subtitles.edits.transcript import rewritten
from stage_runners.subtitles.edits.voices import People
from stage_runners.subtitles.speakers import first_of_name, speaker_names
from stage_runners.subtitles.tokens import completed

Row = Mapping[str, Any]


def read(path: str | None) -> Overlay:
    """The overlay in the file at `path`, an empty one without; `StageError` (input) where it is damaged."""
    if not path:
        return Overlay()
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = str(error) if isinstance(error, DamagedError | OSError) else "it is not UTF-8"
        raise StageError(
            "input", f"what was edited cannot be read, {path} is damaged: {why}", "orchestrator edits FILM"
        ) from error


class Mending:
    """The overlay that the parameters `edits`, `track` and `clip` name, over one run's rows.

    `known` is the table of speakers with the names that a person gave, `speakers` maps every label to what it is called. `laid` has the
    machine's names: cues are laid out with those, so that a new name moves no cue that nobody touched.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        turns: Sequence[Row],
        segments: Sequence[Row],
        known: Sequence[Row],
    ) -> None:
        overlay = read(params.get("edits"))
        self._clip = clip_of(params.get("clip"))
        self._track = str(params.get("track") or "")
        self._edits = overlay.tracks.get(self._track, ())
        people = People(overlay, turns or [s for s in segments if s["speaker"]], self._clip)
        speaking = people.speaking(self._edits)
        here = [*(str(s["speaker"]) for s in segments if s["speaker"]), *speaking]
        self.known = people.named(known, here)
        everybody = [*(segment["speaker"] for segment in segments), *speaking]
        self.laid = speaker_names(everybody, known)
        self.speakers = speaker_names(everybody, self.known)
        self._named = {label: name for label, name in people.names.items() if label in self.speakers}
        self._same = first_of_name(self.laid)
        self._people = people
        self._mended: Mended | None = None

    def cues(
        self,
        segments: Sequence[Row],
        words: Sequence[Row],
        lay: Lay,
        labels: Labels,
        called: Labels,
        finish: Callable[[list[Cue]], list[Cue]] = list,
    ) -> tuple[list[Cue], list[Cue]]:
        """The cues before and after the edits; `segments` and `words` are those whose voices of one name are one, `labels` those that
        were laid out, `called` those that are shown.
        """
        edits = self._people.edits(self._edits, self._same)
        self._mended = mend(edits, segments, words, lay, labels, finish=finish, clip=self._clip)
        return list(self._mended.base), [
            judged(called_otherwise(cue, called), called.limits) for cue in self._mended.cues
        ]

    def transcript(
        self, segments: Sequence[Row], words: Sequence[Row]
    ) -> tuple[Sequence[Row], Sequence[Row]]:
        """Segments and words with what was written in its place; after `cues`."""
        if self._mended is None or not self._mended.kept:
            return segments, words
        shown = [(one.edit, one.under) for one in self._mended.kept]
        segments, words = rewritten(shown, segments, completed(segments, words), self._same)
        known = (None, *self.speakers)
        return [s if s["speaker"] in known else {**s, "speaker": None} for s in segments], words

    def report(self, context: Any) -> None:
        """Say what came of the edits, where there are any."""
        if self._mended is None or not (self._edits or self._named):
            return
        fact = self._mended.fact() | {"named": self._named}
        context.fact("edits", fact)
        told = [
            f"{fact['applied']} kept" if fact["applied"] else "",
            f"named {', '.join(self._named.values())}" if self._named else "",
            f"{fact['relaid']} over cues that are cut otherwise now" if fact["relaid"] else "",
            f"{fact['replaced']} over what is heard otherwise now" if fact["replaced"] else "",
            f"{fact['lost']} outside of what was run" if fact["lost"] else "",
        ]
        context.log("edited: " + ", ".join(filter(None, told)))
