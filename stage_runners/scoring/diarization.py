"""Diarization error rate by pyannote.metrics, with and without a collar, and its components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.scoring.units import Scope, Turn

COLLAR_S = 0.25
"""Seconds on each side of a turn's edges that `der_025` does not score (NIST RT-09)."""


def diarization(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], scope: Scope
) -> dict[str, dict[str, Any]]:
    """`der` and `der_025`, as shares of the reference's speech, and the numbers of `speakers`, ours and true.

    Both rates include overlapping speech. The collar of pyannote.metrics is the sum of both sides.
    """
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(turns: Sequence[Turn]) -> Any:
        result = Annotation()
        for k, turn in enumerate(turns):
            result[Segment(turn.start, turn.end), k] = turn.speaker
        return result

    end = max(turn.end for turn in (*reference, *hypothesis))
    first, last = scope.within or (0.0, end)
    scored = Timeline([Segment(first, last)])
    if scope.without:
        excluded = Timeline([Segment(*span) for span in scope.without]).support()
        scored = excluded.gaps(Segment(first, last))
    true, ours = annotation(reference), annotation(hypothesis)
    rates = {
        "der": _rate(DiarizationErrorRate(collar=0.0), true, ours, scored),
        "der_025": _rate(DiarizationErrorRate(collar=2 * COLLAR_S), true, ours, scored),
    }
    ours_count, true_count = (len(a.crop(scored, mode="intersection").labels()) for a in (ours, true))
    return {**rates, "speakers": {"found": ours_count, "true": true_count}}


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
