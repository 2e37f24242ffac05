"""Re-transcribes missed speech, and decides which text to accept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from stage_runners.asr import gaps as asr_gaps
from stage_runners.asr import second_pass
from stage_runners.asr import words as asr_words
from stage_runners.asr.evidence import Doubt
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
    """The lines with the accepted text of the gaps, a doubt per gap, and the number of unread gaps."""
    # a gap with text is read once more, to see whether the text recurs
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
            doubts.append(empty(gap, "not re-transcribed: this film's limit was reached"))
        elif line is None:
            doubts.append(empty(gap, "re-transcribed without a result", quiet[gap]))
        else:
            why = f"re-transcribed without a reliable result ({line.text})"
            doubts.append(empty(gap, why, quiet[gap]))
    return lines, doubts, len(order) - len(tried)


def _again(candidates: dict[Span, Line], dropped: Sequence[Doubt], looks: SecondLooks) -> dict[Span, float]:
    """The share of each plausible text that recurs in a window with other bounds, up to the limit."""
    good = [gap for gap, line in candidates.items() if _believable(line, dropped)][: looks.left]
    asked = [Asked(gap, candidates[gap].read.language, SECOND_PASS.other_margin) for gap in good]
    return {
        gap: second_pass.came_again(candidates[gap].text, look.read.text)
        for gap, look in zip(good, looks.read(asked), strict=True)
    }


def _line(look: Look, gap: Span, lines: Sequence[Line], bias: float) -> Line | None:
    """The line of the second pass that belongs in the gap; None if there is no text for it."""
    if look.read.silent or look.read.doubtful:
        return None
    words = asr_words.words(look.read.words, look.read.chunk, bias, look.read.language)
    around = sorted(chain.from_iterable(line.words for line in lines), key=lambda word: word.start)
    middle = gap.start + gap.seconds / 2
    before = [word for word in around if word.start < middle][-GAPS.around :]
    behind = [word for word in around if word.start >= middle][: GAPS.around]
    fitting = _between(asr_gaps.fitting(words, gap, before, behind), before, behind)
    return Line(tuple(fitting), look.read) if fitting else None


def _between(words: Sequence[Word], before: Sequence[Word], behind: Sequence[Word]) -> list[Word]:
    """The words with their times limited to the space between the neighbours."""
    low = max((word.end for word in before), default=0.0)
    high = min((word.start for word in behind), default=float("inf"))
    if high <= low:
        return []
    return [
        word._replace(start=min(max(word.start, low), high), end=min(max(word.end, low), high))
        for word in words
    ]


def _believable(line: Line, dropped: Sequence[Doubt]) -> bool:
    """Whether recovered text is confident enough, and differs from the text that was dropped there.

    Values that the engine does not measure are ignored.
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
    """The language of the nearest line."""
    if not lines:
        return otherwise
    return min(lines, key=lambda line: abs(line.span.start - gap.start)).read.language


def _recovered(line: Line, gap: Span, again: float) -> Doubt:
    confidence = "" if line.probability is None else f" with a mean word confidence of {line.probability:.0%}"
    reasons = (
        f"{gap.seconds:.1f} s of speech had no text",
        f"re-transcribed alone{confidence}",
        f"{again:.0%} of it recurred in a window with other bounds",
    )
    score = again if line.probability is None else line.probability
    return Doubt(line.span, "recovered", line.text, reasons, score, line)


def empty(gap: Span, why: str, quiet: float | None = None) -> Doubt:
    """The doubt for a gap that stays without text; `quiet` is the probability of no speech in it."""
    reasons = [f"{gap.seconds:.1f} s of speech without text", why]
    if quiet is not None and quiet > RECOVERY.no_speech:
        reasons.append(f"the recogniser's probability of no speech is {quiet:.2f}")
    return Doubt(gap, "empty", "", tuple(reasons), 0.5 if quiet is None else 1 - quiet)
