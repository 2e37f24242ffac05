"""Finds where subtitles belong in the film, as `orchestrator sync` does; what fits nowhere is not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stage_runners.existing_subtitles.sources import Source
from stage_runners.existing_subtitles.thresholds import FITTING
from stage_runners.sync import verdict
from stage_runners.sync.activity import Activity
from stage_runners.sync.estimate import estimate
from stage_runners.sync.evidence import Spoken
from stage_runners.sync.thresholds import CUES, SPEECH
from stage_runners.sync.verdict import Verdict
from stage_runners.sync.words import Word


class Line(NamedTuple):
    """A cue at the time at which it is spoken in the film, in seconds; `speaker` if the cue names one."""

    start: float
    end: float
    text: str
    speaker: str | None = None


class Fitted(NamedTuple):
    """Subtitles that were compared with the speech: `verdict` as `sync` has it, or `few`, `silent`, `many`.

    `lines` are those that the film has; none unless the subtitles fit.
    """

    source: Source
    verdict: str
    confidence: float
    lines: tuple[Line, ...] = ()


class Comparison:
    """Compares one file after the other with a film, those with equal times once: most translations have the
    times of what they were made from.
    """

    def __init__(self, activity: Activity, words: Sequence[Word]) -> None:
        self._activity, self._words = activity, words
        self._fits: list[tuple[set[int], Verdict]] = []
        self._searched = 0

    def fitted(self, source: Source) -> Fitted:
        """Compare the subtitles with the speech, and with the recognised words."""
        if source.why or len(source.cues) < CUES.fewest:
            return Fitted(source, "few", 0.0)
        if self._activity.speech_seconds < SPEECH.least_s:
            return Fitted(source, "silent", 0.0)
        if (decided := self._decided(source)) is None:
            return Fitted(source, "many", 0.0)
        if decided.kind not in {"right", "moved"}:
            return Fitted(source, decided.kind, decided.confidence)
        return Fitted(source, decided.kind, decided.confidence, tuple(self._placed(source, decided)))

    def _decided(self, source: Source) -> Verdict | None:
        """The verdict on the subtitles, or on some with their times; None if too many were compared."""
        times = _times(source.cues)
        for other, decided in self._fits:
            if len(times & other) >= FITTING.same_times * len(times):
                return decided
        if self._searched >= FITTING.most:
            return None
        self._searched += 1
        decided = verdict.decide(estimate(source.cues, self._activity, self._words), source.cues)
        if decided.kind in {"right", "moved"}:
            around = {tick + more for tick in times for more in (-1, 0, 1)}
            self._fits.append((around, decided))
        return decided

    def _placed(self, source: Source, decided: Verdict) -> Iterator[Line]:
        seconds = self._activity.seconds
        for cue, speaker in zip(source.cues, source.speakers, strict=True):
            start, end, lost = cue.start, cue.end, False
            if decided.kind == "moved":
                start, end, lost = decided.map.place(cue.start, cue.end)
            if not lost and end > 0 and start < seconds:
                yield Line(max(start, 0.0), min(end, seconds), cue.text, speaker)


def _times(cues: Sequence[Spoken]) -> set[int]:
    """The starts of cues in steps of a tenth of a second."""
    return {round(cue.start * 10) for cue in cues}
