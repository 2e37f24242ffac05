"""Evidence that a segment is hallucinated, the reasons in words, the verdict, and the row of `doubts`.

Each kind of evidence gives 0 to about 2 points, independently of the others. A text is dropped only if the
sum and the number of kinds are large, and either the detectors find no speech or the text is as likely
without its sound. So quiet or unclear speech stays, and so does a film whose language the model hardly
supports. What an engine does not measure gives no evidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from stage_runners.asr import text_signs
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.thresholds import EVIDENCE, Ramp
from stage_runners.text.grammar import spaceless
from stage_runners.text.plain import plain

NOBODY = frozenset({"silence", "no speech"})
"""Kinds of evidence of silence."""
_UNHEARD = frozenset({"silence", "gain"})
"""A text is dropped only with at least one of these kinds."""
_SHORTEST = 0.02
"""Minimum seconds that a word counts: attention times can have zero length."""


VERDICTS = ("dropped", "flagged", "recovered", "empty")


@dataclass(frozen=True)
class Doubt:
    """Text that was dropped or flagged, or speech that was recovered or has no text: a row of `doubts`.

    `line` is the line it is about, if that line is written; it gives the segment's id.
    """

    span: Span
    verdict: str
    text: str
    reasons: tuple[str, ...]
    score: float
    line: Line | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The measurements of one segment. Those that its engine does not make are None.

    `in_speech` is the share of its words' seconds in or near speech regions. `likely` is the window's mean
    log-probability per token, `probability` the mean probability of the words. `no_speech` is the engine's
    probability of no speech. `looped` is the share of the text that is repetition, `copies` the number of
    segments nearby with the same text. `pace` is in letters per second; `slow` and `fast` mark a pace that is
    impossible for speech. After the second pass: `again` is the share of its letters that recurred, `gain`
    how much likelier the sound makes the text than silence does, in nats per token, and `alone` the
    probability of no speech.
    """

    in_speech: float
    likely: float | None
    probability: float | None
    no_speech: float | None
    looped: float
    copies: int
    often: bool
    pace: float
    fast: bool
    slow: bool
    credited: bool
    again: float | None = None
    gain: float | None = None
    alone: float | None = None


class Reason(NamedTuple):
    """One kind of evidence against a text, with its points and its description for the user."""

    kind: str
    points: float
    words: str


def gathered(lines: Sequence[Line], regions: Sequence[Span]) -> list[Evidence]:
    """The evidence of every segment before the second pass. `regions` of speech are in order."""
    copies = text_signs.times_repeated([line.text for line in lines])
    return [_of(line, times, regions) for line, times in zip(lines, copies, strict=True)]


def _of(line: Line, copies: int, regions: Sequence[Span]) -> Evidence:
    text = line.text
    letters, seconds = len(plain(text)), line.span.seconds
    pace = letters / max(seconds, _SHORTEST)
    fastest = EVIDENCE.fastest_spaceless if any(map(spaceless, text)) else EVIDENCE.fastest
    return Evidence(
        in_speech=speech_share(line, regions),
        likely=line.read.avg_logprob,
        probability=line.probability,
        no_speech=line.read.no_speech_prob,
        looped=text_signs.share_looped(text),
        copies=copies,
        often=copies >= text_signs.most_times(text),
        pace=pace,
        fast=letters > EVIDENCE.fast_from and pace > fastest,
        slow=seconds >= EVIDENCE.slow_from and pace < EVIDENCE.slowest,
        credited=text_signs.credited(text),
    )


def speech_share(line: Line, regions: Sequence[Span]) -> float:
    """The share of the words' seconds in or near a region; regions are in order and disjoint."""
    near = EVIDENCE.near
    inside = total = 0.0
    low, high = line.span.start - near, line.span.end + near
    first = bisect_left(regions, low, key=attrgetter("end"))
    last = bisect_right(regions, high, key=attrgetter("start"))
    wide = [Span(one.start - near, one.end + near) for one in regions[first:last]]
    for word in line.words:
        span = Span(word.start, max(word.end, word.start + _SHORTEST))
        total += span.seconds
        inside += min(span.seconds, sum(region.shared(span) for region in wide))
    return inside / total


def reasons(e: Evidence, usual: float = 0.0) -> list[Reason]:
    """The reasons to doubt a text.

    `usual` is the film's mean log-probability: low confidence means little if the model has it everywhere.
    """
    all_kinds = [
        _silence(e),
        _no_speech(e),
        _unsure(e, usual),
        _repeats(e),
        _pace(e),
        _credits(e),
        _again(e),
        _gain(e),
    ]
    return [one._replace(points=round(one.points, 2)) for one in all_kinds if one and one.points > 0]


def _silence(e: Evidence) -> Reason:
    return Reason(
        "silence", EVIDENCE.silence(e.in_speech), f"speech was detected in {e.in_speech:.0%} of its time"
    )


def _no_speech(e: Evidence) -> Reason | None:
    measured = [value for value in (e.no_speech, e.alone) if value is not None]
    if not measured:
        return None
    quiet = max(measured)
    return Reason("no speech", EVIDENCE.no_speech(quiet), f"probability of no speech {quiet:.2f}")


def _unsure(e: Evidence, usual: float) -> Reason | None:
    points, words = [], []
    if e.probability is not None:
        points.append(EVIDENCE.unsure(e.probability))
        words.append(f"mean word confidence {e.probability:.0%}")
    if e.likely is not None:
        ramp = EVIDENCE.unlikely
        none = min(ramp.none, usual - EVIDENCE.below_usual)
        shifted = Ramp(none=none, all=ramp.all + none - ramp.none, most=ramp.most)
        points.append(shifted(e.likely))
        words.append(f"log-probability {e.likely:.2f}")
    return Reason("unsure", max(points), "low confidence: " + ", ".join(words)) if points else None


def _repeats(e: Evidence) -> Reason | None:
    if not (e.looped or e.often):
        return None
    much = e.looped >= EVIDENCE.much_looped or e.copies >= EVIDENCE.much_said
    words = f"{e.looped:.0%} of it is repetition" if e.looped else f"the same text {e.copies} times nearby"
    return Reason("repeats", EVIDENCE.repeats_much if much else EVIDENCE.repeats, words)


def _pace(e: Evidence) -> Reason | None:
    words = f"{e.pace:.0f} letters per second, too {'fast' if e.fast else 'slow'} for speech"
    return Reason("pace", EVIDENCE.pace, words) if e.fast or e.slow else None


def _credits(e: Evidence) -> Reason | None:
    return Reason("credits", EVIDENCE.credits, "reads like the credits of subtitles") if e.credited else None


def _again(e: Evidence) -> Reason | None:
    if e.again is None:
        return None
    return Reason("again", EVIDENCE.again(e.again), f"re-transcribed alone, {e.again:.0%} of it recurred")


def _gain(e: Evidence) -> Reason | None:
    if e.gain is None:
        return None
    return Reason("gain", EVIDENCE.gain(e.gain), "nearly as likely without any sound")


def points(reasons_against: Sequence[Reason]) -> float:
    """The sum of the reasons' points."""
    return sum(one.points for one in reasons_against)


def verdict(reasons_against: Sequence[Reason]) -> str:
    """`dropped`, `flagged` or an empty string.

    Text in detected speech is dropped only if the sound adds nothing to it: two transcriptions of a short,
    frequent word may differ and both be right.
    """
    total, kinds = points(reasons_against), {one.kind for one in reasons_against}
    if total >= EVIDENCE.drop and len(reasons_against) >= EVIDENCE.kinds and kinds & _UNHEARD:
        return "dropped"
    return "flagged" if total >= EVIDENCE.flag else ""
