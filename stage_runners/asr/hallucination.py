"""Hallucination, from both sides: text that nobody said is dropped or flagged, and speech without text is heard again.

Text is judged by evidence of several kinds (`asr_evidence`); what looks suspicious, and what the detectors hear as speech but no word
covers, gets a second look (`asr_second_look`), as far as there are any left. Nothing vanishes: all of it is told in the table `doubts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from stage_runners.asr import evidence as asr_evidence
from stage_runners.asr import gaps as asr_gaps
from stage_runners.asr import second_pass
from stage_runners.asr import words as asr_words
from stage_runners.asr.evidence import Evidence, Reason
from stage_runners.asr.second_pass import Asked, Look, SecondLooks
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.words import Word

VERDICTS = ("dropped", "flagged", "recovered", "empty")
_GOOD, _LIKELY, _SPEECH, _AGAIN = 0.5, -0.8, 0.3, 0.6
"""What recovered text has to have: words' mean probability and log-probability of at least the first two, a probability of no speech of at
most the third, and so much of it has to come again in a window of other bounds."""
_OTHER_MARGIN = 0.7
"""Seconds of margin of that other window: with more of its neighbours in it, Whisper often reads those and stops."""
_AROUND = 8
"""Words on either side of a gap that are compared with what was read in it."""


@dataclass(frozen=True)
class Doubt:
    """A row of the table `doubts`; `line` is what it is about where that is kept, and gives the segment's id."""

    span: Span
    verdict: str
    text: str
    reasons: tuple[str, ...]
    score: float
    line: Line | None = None


@dataclass(frozen=True)
class Reviewed:
    """The lines to write, in order; what is doubtful; second looks taken, and how many more there was reason for."""

    lines: list[Line]
    doubts: list[Doubt]
    looks: int
    missed: int


def reviewed(
    lines: Sequence[Line], regions: Sequence[Span], looks: SecondLooks | None, language: str, bias: float
) -> Reviewed:
    """Judge every line, and look for speech without one. `looks` is None where nothing is to be heard again.

    `regions` are speech, in order and apart; `language` is what a gap far from any text is read in, `bias` seconds that attention runs late.
    """
    evidence = asr_evidence.gathered(lines, regions)
    usual = _usual(lines)
    missed = _look_again(lines, evidence, usual, looks, len(asr_gaps.uncovered(regions, lines)))
    kept: list[Line] = []
    doubts: list[Doubt] = []
    silences: list[Span] = []
    for line, own in zip(lines, evidence, strict=True):
        reasons = asr_evidence.reasons(own, usual)
        verdict = asr_evidence.verdict(reasons)
        if verdict:
            doubts.append(_doubt(line, verdict, reasons))
        if verdict != "dropped":
            kept.append(line)
        elif any(reason.kind in asr_evidence.NOBODY for reason in reasons):
            silences.append(line.span)
    gaps = [gap for gap in asr_gaps.uncovered(regions, kept) if not _within(gap, silences)]
    if looks is not None:
        dropped = [doubt for doubt in doubts if doubt.verdict == "dropped"]
        kept, more, unheard = _recovered(kept, gaps, dropped, looks, language, bias)
        doubts += more
        missed += unheard
    else:
        doubts += [_empty(gap, "no second look was asked for") for gap in gaps]
    doubts.sort(key=lambda doubt: doubt.span)
    return Reviewed(kept, doubts, looks.done if looks else 0, missed)


def _within(gap: Span, silences: Sequence[Span]) -> bool:
    """Whether most of a gap is what dropped text left, where nobody was found to speak."""
    return sum(gap.shared(one) for one in silences) >= 0.5 * gap.seconds


def _usual(lines: Sequence[Line]) -> float:
    """The film's own mean log-probability, by letters."""
    weights = [len(line.text) for line in lines]
    total = sum(weights)
    return (
        sum(w * line.read.avg_logprob for w, line in zip(weights, lines, strict=True)) / total
        if total
        else 0.0
    )


def _look_again(
    lines: Sequence[Line], evidence: list[Evidence], usual: float, looks: SecondLooks | None, gaps: int
) -> int:
    """Add to the evidence of suspects what a second look shows, the worst first; returns how many had to go without.

    Stretches of speech without text, of which there are `gaps`, get half of the looks where that many are needed.
    """
    weight = [asr_evidence.points(asr_evidence.reasons(one, usual)) for one in evidence]
    suspects = [k for k in range(len(lines)) if weight[k] >= asr_evidence.SUSPECT]
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
    score = min(1.0, asr_evidence.points(reasons) / (2 * asr_evidence.DROP))
    words = tuple(reason.words for reason in worst)
    return Doubt(line.span, verdict, line.text, words, score, None if verdict == "dropped" else line)


def _recovered(
    kept: list[Line],
    gaps: Sequence[Span],
    dropped: Sequence[Doubt],
    looks: SecondLooks,
    language: str,
    bias: float,
) -> tuple[list[Line], list[Doubt], int]:
    """The lines with what was said in the gaps, as far as it can be believed, and a doubt for each gap."""
    doubts: list[Doubt] = []
    # each one that says something takes a look more, to see whether it says so again
    order = sorted(gaps, key=lambda gap: -gap.seconds)
    tried = order[: looks.left]
    first = looks.read([Asked(gap, _language(kept, gap, language)) for gap in tried])
    found = {
        gap: line
        for gap, look in zip(tried, first, strict=True)
        if (line := _line(look, gap, kept, bias)) is not None
    }
    good = [gap for gap, line in found.items() if _believable(line, dropped)][: looks.left]
    other = looks.read([Asked(gap, found[gap].read.language, _OTHER_MARGIN) for gap in good])
    sure = {
        gap: second_pass.came_again(found[gap].text, look.read.text)
        for gap, look in zip(good, other, strict=True)
    }
    quiet = {gap: look.read.no_speech_prob for gap, look in zip(tried, first, strict=True)}
    for gap in gaps:
        line = found.get(gap)
        if line is not None and sure.get(gap, 0.0) >= _AGAIN:
            kept = list(asr_gaps.with_line(kept, line))
            reasons = (
                f"{gap.seconds:.1f} s of speech had no text",
                f"read by itself, words of {line.probability:.0%} on average",
                f"{sure[gap]:.0%} of it came again in a window of other bounds",
            )
            doubts.append(Doubt(line.span, "recovered", line.text, reasons, line.probability, line))
        elif gap not in tried:
            doubts.append(_empty(gap, "not heard again: there were too many such places"))
        elif line is None:
            doubts.append(_empty(gap, "heard again, and nothing was understood", quiet[gap]))
        else:
            doubts.append(
                _empty(gap, f"heard again, and nothing sure was understood ({line.text})", quiet[gap])
            )
    return kept, doubts, len(order) - len(tried)


def _line(look: Look, gap: Span, kept: Sequence[Line], bias: float) -> Line | None:
    """What of a second look belongs into the gap, or None where nothing does."""
    if look.read.silent or look.read.doubtful:
        return None
    words = asr_words.words(look.read.words, look.read.chunk, bias, look.read.language)
    around = sorted(chain.from_iterable(line.words for line in kept), key=lambda word: word.start)
    before = [word for word in around if word.start < gap.start + gap.seconds / 2][-_AROUND:]
    behind = [word for word in around if word.start >= gap.start + gap.seconds / 2][:_AROUND]
    own = asr_gaps.fitting(words, gap, before, behind)
    own = _between(own, before, behind)
    return Line(tuple(own), look.read) if own else None


def _between(own: Sequence[Word], before: Sequence[Word], behind: Sequence[Word]) -> list[Word]:
    """The words with times that no neighbour has."""
    low = max((word.end for word in before), default=0.0)
    high = min((word.start for word in behind), default=float("inf"))
    if high <= low:
        return []
    return [
        word._replace(start=min(max(word.start, low), high), end=min(max(word.end, low), high))
        for word in own
    ]


def _believable(line: Line, dropped: Sequence[Doubt]) -> bool:
    """Whether text that was found in a gap is as sure as text has to be, and is not what was dropped there."""
    same = any(
        doubt.span.shared(line.span) > 0 and second_pass.came_again(line.text, doubt.text) > _AGAIN
        for doubt in dropped
    )
    return (
        not same
        and line.probability >= _GOOD
        and line.read.avg_logprob >= _LIKELY
        and line.read.no_speech_prob <= _SPEECH
    )


def _language(lines: Sequence[Line], gap: Span, otherwise: str) -> str:
    """That of the nearest line."""
    if not lines:
        return otherwise
    return min(lines, key=lambda line: abs(line.span.start - gap.start)).read.language


def _empty(gap: Span, why: str, quiet: float | None = None) -> Doubt:
    """A stretch that stays without text, as sure as that somebody speaks there; `quiet` is Whisper's probability that nobody does."""
    reasons = [f"{gap.seconds:.1f} s of speech without text", why]
    if quiet is not None and quiet > _SPEECH:
        reasons.append(f"no speech to the recogniser, with a probability of {quiet:.2f}")
    return Doubt(gap, "empty", "", tuple(reasons), 0.5 if quiet is None else 1 - quiet)
