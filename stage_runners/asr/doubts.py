"""Runs the check for hallucinations in the stage: its parameters, its facts and the table `doubts`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ipc.context import Context
from stage_runners.asr import hallucination
from stage_runners.asr.evidence import VERDICTS, Doubt
from stage_runners.asr.hallucination import Reviewed
from stage_runners.asr.second_pass import SecondLooks
from stage_runners.asr.segments import Line, Span
from stage_runners.recognition.recognizer import Recognizer, Settings, Sound

_BATCH = 4
"""Maximum batch size of the second pass: with a large model on a slow CPU, progress would seem to stall."""


def reviewed(
    recognizer: Recognizer,
    sound: Sound,
    lines: Sequence[Line],
    regions: Sequence[Span],
    windows: int,
    settings: Callable[[str], Settings],
    language: str,
    bias: float,
    context: Context,
) -> Reviewed:
    """The lines to write, and the doubts; reports `dropped`, `flagged`, `recovered`, `empty`, `second_looks`.

    `windows` is the number of windows of the first pass; `settings` gives the settings of a language; `bias`
    is the delay of word times in seconds.
    """

    def check() -> None:
        context.check()
        if looks is not None:
            context.progress(looks.done, looks.most, unit="windows", phase="second pass")

    looks = None
    if windows and context.params.get("second_look", True):
        batch = max(1, min(_BATCH, int(context.params["batch_size"])))
        looks = SecondLooks(recognizer, sound, cache(settings), windows, batch, check)
    result = hallucination.reviewed(lines, regions, looks, language, bias)
    _report(result, looks, context)
    return result


def columns(result: Reviewed) -> dict[str, list[Any]]:
    """The columns of `doubts`; a segment's id is its index among the lines."""
    return {
        "start": [doubt.span.start for doubt in result.doubts],
        "end": [doubt.span.end for doubt in result.doubts],
        "segment": [_segment(doubt, result.lines) for doubt in result.doubts],
        "verdict": [doubt.verdict for doubt in result.doubts],
        "text": [doubt.text for doubt in result.doubts],
        "reasons": [list(doubt.reasons) for doubt in result.doubts],
        "score": [doubt.score for doubt in result.doubts],
    }


def _segment(doubt: Doubt, lines: Sequence[Line]) -> int | None:
    """The index of the line that the doubt is about; if the line was split, that of its longer part."""
    if doubt.line is None:
        return None
    same = [k for k, line in enumerate(lines) if line.read is doubt.line.read]
    return max(same, key=lambda k: (lines[k] is doubt.line, lines[k].span.shared(doubt.span)), default=None)


def _report(result: Reviewed, looks: SecondLooks | None, context: Context) -> None:
    for verdict in VERDICTS:
        doubts = [doubt for doubt in result.doubts if doubt.verdict == verdict]
        seconds = round(sum(doubt.span.seconds for doubt in doubts), 1)
        context.fact(verdict, {"count": len(doubts), "seconds": seconds})
        if verdict in ("dropped", "recovered"):
            for doubt in doubts:
                reasons = "; ".join(doubt.reasons)
                context.log(f"{verdict} at {doubt.span.start:.1f} s: {doubt.text} ({reasons})")
    if looks is not None:
        context.fact("second_looks", {"taken": result.looks, "most": looks.most, "missed": result.missed})
        context.metric("second_looks", result.looks)
        if result.missed:
            context.log(
                f"{result.missed} more passages qualified for a second pass; "
                f"this film's limit of {looks.most} was reached"
            )
