"""Drops or flags hallucinated text, and re-transcribes missed speech.

Text is judged by several kinds of evidence (`evidence`). Suspicious text and missed speech are transcribed a
second time (`second_pass`, `recovery`), up to the film's limit. The table `doubts` records all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stage_runners.asr import evidence as asr_evidence
from stage_runners.asr import gaps as asr_gaps
from stage_runners.asr import recovery, second_pass
from stage_runners.asr.evidence import Doubt, Evidence, Reason
from stage_runners.asr.second_pass import Asked, Look, SecondLooks
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.thresholds import EVIDENCE, GAPS


@dataclass(frozen=True)
class Reviewed:
    """The lines to write, in order, and the doubts.

    `looks` counts the spans transcribed a second time, `missed` those that exceeded the limit.
    """

    lines: list[Line]
    doubts: list[Doubt]
    looks: int
    missed: int


def reviewed(
    lines: Sequence[Line], regions: Sequence[Span], looks: SecondLooks | None, language: str, bias: float
) -> Reviewed:
    """Judge every line, and find speech without text. `looks` is None if there is no second pass.

    `regions` are speech, in order and disjoint; `language` is the language of a gap far from any text, `bias`
    the delay of word times in seconds.
    """
    evidence = asr_evidence.gathered(lines, regions)
    usual = _usual(lines)
    missed = _look_again(lines, evidence, usual, looks, len(asr_gaps.uncovered(regions, lines)))
    lines_left: list[Line] = []
    doubts: list[Doubt] = []
    silences: list[Span] = []
    for line, measured in zip(lines, evidence, strict=True):
        reasons = asr_evidence.reasons(measured, usual)
        verdict = asr_evidence.verdict(reasons)
        if verdict:
            doubts.append(_doubt(line, verdict, reasons))
        if verdict != "dropped":
            lines_left.append(line)
        elif any(reason.kind in asr_evidence.NOBODY for reason in reasons):
            silences.append(line.span)
    gaps = [gap for gap in asr_gaps.uncovered(regions, lines_left) if not _within(gap, silences)]
    if looks is not None:
        dropped = [doubt for doubt in doubts if doubt.verdict == "dropped"]
        lines_left, more, unread = recovery.recovered(lines_left, gaps, dropped, looks, language, bias)
        doubts += more
        missed += unread
    else:
        doubts += [recovery.empty(gap, "the second pass is off") for gap in gaps]
    doubts.sort(key=lambda doubt: doubt.span)
    return Reviewed(lines_left, doubts, looks.done if looks else 0, missed)


def _within(gap: Span, silences: Sequence[Span]) -> bool:
    """Whether most of a gap was covered by dropped text in silence."""
    return sum(gap.shared(one) for one in silences) >= GAPS.silent * gap.seconds


def _usual(lines: Sequence[Line]) -> float:
    """The film's mean log-probability, weighted by letters; 0 if the engine does not measure it."""
    measured = [
        (len(line.text), line.read.avg_logprob) for line in lines if line.read.avg_logprob is not None
    ]
    total = sum(weight for weight, _ in measured)
    return sum(weight * likely for weight, likely in measured) / total if total else 0.0


def _look_again(
    lines: Sequence[Line], evidence: list[Evidence], usual: float, looks: SecondLooks | None, gaps: int
) -> int:
    """Add the results of the second pass to the evidence of suspicious lines, the worst lines first.

    Up to half of the second pass is reserved for the `gaps` spans of missed speech. Returns the number of
    suspicious lines that exceeded the limit.
    """
    weight = [asr_evidence.points(asr_evidence.reasons(one, usual)) for one in evidence]
    suspects = [k for k in range(len(lines)) if weight[k] >= EVIDENCE.suspect]
    if looks is None:
        return 0
    suspects.sort(key=lambda k: -weight[k])
    some = sorted(suspects[: looks.left - min(gaps, looks.left // 2)])
    for k, look in zip(some, looks.read([_asked(lines[k]) for k in some]), strict=False):
        evidence[k] = _seen(evidence[k], lines[k], look)
    return len(suspects) - len(some)


def _asked(line: Line) -> Asked:
    return Asked(line.span, line.read.language, line=line)


def _seen(evidence: Evidence, line: Line, look: Look) -> Evidence:
    return replace(
        evidence,
        again=second_pass.came_again(line.text, look.read.text),
        gain=look.gain,
        alone=look.read.no_speech_prob,
    )


def _doubt(line: Line, verdict: str, reasons: Sequence[Reason]) -> Doubt:
    worst = sorted(reasons, key=lambda reason: -reason.points)
    score = min(1.0, asr_evidence.points(reasons) / (2 * EVIDENCE.drop))
    words = tuple(reason.words for reason in worst)
    return Doubt(line.span, verdict, line.text, words, score, None if verdict == "dropped" else line)
