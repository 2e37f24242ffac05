"""Finds where subtitles belong in the film, as `orchestrator sync` does; what fits nowhere is not used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.existing_subtitles.sources import Source
from stage_runners.sync import verdict
from stage_runners.sync.activity import Activity
from stage_runners.sync.estimate import estimate
from stage_runners.sync.thresholds import CUES, SPEECH
from stage_runners.sync.words import Word


class Line(NamedTuple):
    """A cue at the time at which it is spoken in the film, in seconds; `speaker` if the cue names one."""

    start: float
    end: float
    text: str
    speaker: str | None = None


class Fitted(NamedTuple):
    """Subtitles that were compared with the speech: `verdict` as `sync` says it, or `few`, or `silent`.

    `lines` are those that the film has; none unless the subtitles fit.
    """

    source: Source
    verdict: str
    confidence: float
    lines: tuple[Line, ...] = ()


def fitted(source: Source, activity: Activity, words: Sequence[Word]) -> Fitted:
    """Compare the subtitles with the speech, and with the recognised `words`."""
    if source.why or len(source.cues) < CUES.fewest:
        return Fitted(source, "few", 0.0)
    if activity.speech_seconds < SPEECH.least_s:
        return Fitted(source, "silent", 0.0)
    decided = verdict.decide(estimate(source.cues, activity, words), source.cues)
    if decided.kind not in {"right", "moved"}:
        return Fitted(source, decided.kind, decided.confidence)
    lines = []
    for cue, speaker in zip(source.cues, source.speakers, strict=True):
        start, end, lost = cue.start, cue.end, False
        if decided.kind == "moved":
            start, end, lost = decided.map.place(cue.start, cue.end)
        if not lost and end > 0 and start < activity.seconds:
            lines.append(Line(max(start, 0.0), min(end, activity.seconds), cue.text, speaker))
    return Fitted(source, decided.kind, decided.confidence, tuple(lines))
