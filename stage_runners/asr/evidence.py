"""What counts against a segment of text, as numbers and as words, and the verdict on it.

Every kind of evidence gives points from 0 to about 2, by a rule of its own that is independent of the others.
A text is dropped only where both the sum and the number of kinds are large, and either the detectors find no
speech or the text is as likely without its sound. So quiet or unclear speech, which is unsure but is speech,
stays; so does all of a film whose language the model hardly knows. An engine that does not measure something
gives no evidence of that kind.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from stage_runners.asr import credits as asr_credits
from stage_runners.asr import repetition
from stage_runners.asr.segments import Line, Span, plain
from stage_runners.asr.thresholds import EVIDENCE
from stage_runners.text.grammar import spaceless

NOBODY = frozenset({"silence", "no speech"})
"""Kinds of evidence that nobody speaks at all."""
_UNHEARD = frozenset({"silence", "gain"})
"""Kinds one of which has to be among those against a text that is dropped."""
_SHORTEST = 0.02
"""Seconds that a word counts with at least: an attention time may have no length at all."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one segment. Figures that its engine does not measure are None.

    `in_speech` is the share of its words' seconds that lie in or near regions of speech. `likely` is the
    window's mean log-probability a token, `probability` the mean of the words'. `no_speech` is the engine's
    probability that nobody speaks. `looped` is the share of the text that is a repetition, `copies` how many
    neighbours say the same. `pace` is letters a second, `slow` and `fast` whether nobody speaks so. After a
    second reading: `again` is the share of its letters that came again when it was read alone, `gain` by how
    many nats a token the sound makes the text likelier than silence does, `alone` the no-speech probability
    of its own stretch.
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
    """One kind of evidence against a text: how much it weighs, and in words."""

    kind: str
    points: float
    words: str


def gathered(lines: Sequence[Line], regions: Sequence[Span]) -> list[Evidence]:
    """The evidence of every segment that needs no second reading. `regions` of speech are in order."""
    copies = repetition.times_said([line.text for line in lines])
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
        looped=repetition.share_looped(text),
        copies=copies,
        often=copies >= repetition.enough(text),
        pace=pace,
        fast=letters > EVIDENCE.fast_from and pace > fastest,
        slow=seconds >= EVIDENCE.slow_from and pace < EVIDENCE.slowest,
        credited=asr_credits.credited(text),
    )


def speech_share(line: Line, regions: Sequence[Span]) -> float:
    """The share of the words' seconds that lie in or near a region; regions are in order and apart."""
    near = EVIDENCE.near
    inside = total = 0.0
    low, high = line.span.start - near, line.span.end + near
    first = bisect_left(regions, low, key=attrgetter("end"))
    last = bisect_right(regions, high, key=attrgetter("start"))
    wide = [Span(one.start - near, one.end + near) for one in regions[first:last]]
    for word in line.words:
        own = Span(word.start, max(word.end, word.start + _SHORTEST))
        total += own.seconds
        inside += min(own.seconds, sum(one.shared(own) for one in wide))
    return inside / total


def reasons(e: Evidence, usual: float = 0.0) -> list[Reason]:
    """What counts against a text.

    `usual` is the film's own mean log-probability: being unsure says little where the model always is.
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
        "silence", EVIDENCE.silence(e.in_speech), f"speech is heard in {e.in_speech:.0%} of its time"
    )


def _no_speech(e: Evidence) -> Reason | None:
    measured = [value for value in (e.no_speech, e.alone) if value is not None]
    if not measured:
        return None
    quiet = max(measured)
    return Reason("no speech", EVIDENCE.no_speech(quiet), f"no speech, with a probability of {quiet:.2f}")


def _unsure(e: Evidence, usual: float) -> Reason | None:
    points, words = [], []
    if e.probability is not None:
        points.append(EVIDENCE.unsure(e.probability))
        words.append(f"words of {e.probability:.0%} on average")
    if e.likely is not None:
        ramp = EVIDENCE.unlikely
        none = min(ramp.none, usual - EVIDENCE.below_usual)
        points.append(replace(ramp, none=none, all=ramp.all + none - ramp.none)(e.likely))
        words.append(f"log-probability {e.likely:.2f}")
    return Reason("unsure", max(points), "unsure: " + ", ".join(words)) if points else None


def _repeats(e: Evidence) -> Reason | None:
    if not (e.looped or e.often):
        return None
    much = e.looped >= EVIDENCE.much_looped or e.copies >= EVIDENCE.much_said
    words = f"{e.looped:.0%} of it repeats itself" if e.looped else f"said {e.copies} times nearby"
    return Reason("repeats", EVIDENCE.repeats_much if much else EVIDENCE.repeats, words)


def _pace(e: Evidence) -> Reason | None:
    words = f"{e.pace:.0f} letters a second: nobody speaks so"
    return Reason("pace", EVIDENCE.pace, words) if e.fast or e.slow else None


def _credits(e: Evidence) -> Reason | None:
    return Reason("credits", EVIDENCE.credits, "reads like the credits of subtitles") if e.credited else None


def _again(e: Evidence) -> Reason | None:
    if e.again is None:
        return None
    return Reason("again", EVIDENCE.again(e.again), f"heard by itself, {e.again:.0%} of it came again")


def _gain(e: Evidence) -> Reason | None:
    if e.gain is None:
        return None
    return Reason("gain", EVIDENCE.gain(e.gain), "nearly as likely with no sound at all")


def points(reasons_against: Sequence[Reason]) -> float:
    """The sum of the reasons."""
    return sum(one.points for one in reasons_against)


def verdict(reasons_against: Sequence[Reason]) -> str:
    """`dropped`, `flagged` or an empty string.

    What the detectors find to be speech is dropped only if its sound adds nothing to the text: of a short
    word that is said often, two readings may differ, and both be right.
    """
    total, kinds = points(reasons_against), {one.kind for one in reasons_against}
    if total >= EVIDENCE.drop and len(reasons_against) >= EVIDENCE.kinds and kinds & _UNHEARD:
        return "dropped"
    return "flagged" if total >= EVIDENCE.flag else ""
