"""Speech that got no text, re-transcribed: what of it can be believed, and what is reported of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from stage_runners.asr import gaps as asr_gaps
from stage_runners.asr import second_pass
from stage_runners.asr import words as asr_words
from stage_runners.asr.doubt import Doubt
from stage_runners.asr.second_pass import Asked, Look, SecondLooks
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.thresholds import GAPS, RECOVERY, SECOND_PASS
from stage_runners.asr.words import Word


def recovered(
    lines: list[Line],
    gaps: Sequence[Span],
    dropped: Sequence[Doubt],
    looks: SecondLooks,
    language: str,
    bias: float,
) -> tuple[list[Line], list[Doubt], int]:
    """The lines with what was said in the gaps, as far as it can be believed; a doubt for each gap.

    How many were not read.
    """
    # each one that says something takes another reading, to see whether it says so again
    order = sorted(gaps, key=lambda gap: -gap.seconds)
    tried = order[: looks.left]
    first = looks.read([Asked(gap, _language(lines, gap, language)) for gap in tried])
    candidates = {
        gap: line
        for gap, look in zip(tried, first, strict=True)
        if (line := _line(look, gap, lines, bias)) is not None
    }
    again = _again(candidates, dropped, looks)
    quiet = {gap: look.read.no_speech_prob for gap, look in zip(tried, first, strict=True)}
    doubts: list[Doubt] = []
    for gap in gaps:
        line = candidates.get(gap)
        if line is not None and again.get(gap, 0.0) >= RECOVERY.again:
            lines = list(asr_gaps.with_line(lines, line))
            doubts.append(_recovered(line, gap, again[gap]))
        elif gap not in tried:
            doubts.append(empty(gap, "not heard again: there were too many such places"))
        elif line is None:
            doubts.append(empty(gap, "heard again, and nothing was understood", quiet[gap]))
        else:
            why = f"heard again, and nothing sure was understood ({line.text})"
            doubts.append(empty(gap, why, quiet[gap]))
    return lines, doubts, len(order) - len(tried)


def _again(candidates: dict[Span, Line], dropped: Sequence[Doubt], looks: SecondLooks) -> dict[Span, float]:
    """How much of each believable text comes again in other bounds, as far as readings are left."""
    good = [gap for gap, line in candidates.items() if _believable(line, dropped)][: looks.left]
    asked = [Asked(gap, candidates[gap].read.language, SECOND_PASS.other_margin) for gap in good]
    return {
        gap: second_pass.came_again(candidates[gap].text, look.read.text)
        for gap, look in zip(good, looks.read(asked), strict=True)
    }


def _line(look: Look, gap: Span, lines: Sequence[Line], bias: float) -> Line | None:
    """What of a second reading belongs in the gap, or None where nothing does."""
    if look.read.silent or look.read.doubtful:
        return None
    words = asr_words.words(look.read.words, look.read.chunk, bias, look.read.language)
    around = sorted(chain.from_iterable(line.words for line in lines), key=lambda word: word.start)
    middle = gap.start + gap.seconds / 2
    before = [word for word in around if word.start < middle][-GAPS.around :]
    behind = [word for word in around if word.start >= middle][: GAPS.around]
    own = _between(asr_gaps.fitting(words, gap, before, behind), before, behind)
    return Line(tuple(own), look.read) if own else None


def _between(words: Sequence[Word], before: Sequence[Word], behind: Sequence[Word]) -> list[Word]:
    """The words with times that no neighbour has."""
    low = max((word.end for word in before), default=0.0)
    high = min((word.start for word in behind), default=float("inf"))
    if high <= low:
        return []
    return [
        word._replace(start=min(max(word.start, low), high), end=min(max(word.end, low), high))
        for word in words
    ]


def _believable(line: Line, dropped: Sequence[Doubt]) -> bool:
    """Whether text that was found in a gap is as sure as text has to be, and is not what was dropped there.

    What the engine does not measure cannot speak against it.
    """
    same = any(
        doubt.span.shared(line.span) > 0 and second_pass.came_again(line.text, doubt.text) > RECOVERY.again
        for doubt in dropped
    )
    probability, likely, quiet = line.probability, line.read.avg_logprob, line.read.no_speech_prob
    return (
        not same
        and (probability is None or probability >= RECOVERY.probability)
        and (likely is None or likely >= RECOVERY.logprob)
        and (quiet is None or quiet <= RECOVERY.no_speech)
    )


def _language(lines: Sequence[Line], gap: Span, otherwise: str) -> str:
    """That of the nearest line."""
    if not lines:
        return otherwise
    return min(lines, key=lambda line: abs(line.span.start - gap.start)).read.language


def _recovered(line: Line, gap: Span, again: float) -> Doubt:
    sure = "" if line.probability is None else f", words of {line.probability:.0%} on average"
    reasons = (
        f"{gap.seconds:.1f} s of speech had no text",
        f"read by itself{sure}",
        f"{again:.0%} of it came again in a window of other bounds",
    )
    score = again if line.probability is None else line.probability
    return Doubt(line.span, "recovered", line.text, reasons, score, line)


def empty(gap: Span, why: str, quiet: float | None = None) -> Doubt:
    """A stretch that stays without text, as sure as that somebody speaks there.

    `quiet` is the probability that nobody does.
    """
    reasons = [f"{gap.seconds:.1f} s of speech without text", why]
    if quiet is not None and quiet > RECOVERY.no_speech:
        reasons.append(f"no speech to the recogniser, with a probability of {quiet:.2f}")
    return Doubt(gap, "empty", "", tuple(reasons), 0.5 if quiet is None else 1 - quiet)
