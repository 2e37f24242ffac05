"""Diarization error rate by pyannote.metrics, strict and forgiving, with what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.scoring.units import Scope, Turn

FORGIVEN = 0.25
"""Seconds on each side of a turn's edges that the forgiving rate leaves out (NIST RT-09)."""


def diarization(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], scope: Scope
) -> dict[str, dict[str, Any]]:
    """`der` and `der_025`, both with overlapping speech, in shares of the reference's speech; `speakers` found and true.

    pyannote.metrics counts its collar as a whole, half of it on each side.
    """
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(turns: Sequence[Turn]) -> Any:
        found = Annotation()
        for k, turn in enumerate(turns):
            found[Segment(turn.start, turn.end), k] = turn.speaker
        return found

    end = max(turn.end for turn in (*reference, *hypothesis))
    first, last = scope.within or (0.0, end)
    scored = Timeline([Segment(first, last)])
    if scope.without:
        left_out = Timeline([Segment(*span) for span in scope.without]).support()
        scored = left_out.gaps(Segment(first, last))
    true, found = annotation(reference), annotation(hypothesis)
    rates = {
        "der": _rate(DiarizationErrorRate(collar=0.0), true, found, scored),
        "der_025": _rate(DiarizationErrorRate(collar=2 * FORGIVEN), true, found, scored),
    }
    heard = [kept.crop(scored, mode="intersection").labels() for kept in (found, true)]
    return {**rates, "speakers": {"found": len(heard[0]), "true": len(heard[1])}}


def _rate(metric: Any, reference: Any, hypothesis: Any, scored: Any) -> dict[str, Any]:
    parts = metric(reference, hypothesis, uem=scored, detailed=True)
    total = parts["total"]
    return {
        "rate": parts["diarization error rate"],
        "missed": parts["missed detection"] / total if total else 0.0,
        "false_alarm": parts["false alarm"] / total if total else 0.0,
        "confusion": parts["confusion"] / total if total else 0.0,
        "of_s": total,
    }
