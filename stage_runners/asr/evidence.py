"""What speaks against a segment of text, as numbers and as words, and the verdict on it.

Every kind of evidence gives points from 0 to about 2, by a rule of its own that knows nothing of the others. A text is dropped only where
both the sum and the number of kinds are large, and either the detectors hear nobody or the text is as likely without its sound. So
quiet or unclear speech, which is unsure but is heard, stays; so does all of a film whose language the model hardly knows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from stage_runners.asr import credits as asr_credits
from stage_runners.asr import repetition
from stage_runners.asr.segments import Line, Span, plain
from stage_runners.text.grammar import spaceless
from stage_runners.whisper.decode import MIN_LOGPROB

NEAR = 0.25
"""Seconds around a region of speech that count as speech: attention times are off by about a tenth of a second, and by 0.25 s at times."""
DROP, FLAG, SUSPECT = 3.0, 1.5, 1.0
"""Points from which a text is dropped, flagged, and heard again."""
NOBODY = frozenset({"silence", "no speech"})
"""Kinds of evidence that nobody speaks at all."""
_UNHEARD = frozenset({"silence", "gain"})
"""Kinds one of which has to be among those against a text that is dropped."""
_KINDS = 3
"""Kinds that have to agree before a text is dropped."""
_FASTEST = {False: 30.0, True: 15.0}
"""Letters a second that nobody speaks, in scripts with blanks and without: the fastest speakers reach about 22 and 11."""
_SLOWEST = 1.5
_SLOW_FROM = 4.0
"""Letters a second, over so many seconds, that are too few for speech: what a held note or a long noise gets."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one segment.

    `heard` is the share of its words' seconds that lie in or near regions of speech. `likely` is the window's mean log-probability a token,
    `probability` the mean of the words'. `no_speech` is Whisper's probability that nobody speaks. `looped` is the share of the text that
    is a repetition, `said` how many neighbours say the same. `pace` is letters a second, `slow` and `fast` whether nobody speaks so.
    After a second look: `again` is the share of its letters that came again when it was read by itself, `gain` by how many nats a
    token the sound makes the text likelier than silence does, `alone` the no-speech probability of its own stretch.
    """

    heard: float
    likely: float
    probability: float
    no_speech: float
    looped: float
    said: int
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
    """The evidence of every segment that needs no second look. `regions` of speech are in order."""
    said = repetition.times_said([line.text for line in lines])
    return [_of(line, times, regions) for line, times in zip(lines, said, strict=True)]


def _of(line: Line, said: int, regions: Sequence[Span]) -> Evidence:
    text = line.text
    letters, seconds = len(plain(text)), line.span.seconds
    pace = letters / max(seconds, 0.02)
    packed = any(map(spaceless, text))
    return Evidence(
        heard=heard(line, regions),
        likely=line.read.avg_logprob,
        probability=line.probability,
        no_speech=line.read.no_speech_prob,
        looped=repetition.share_looped(text),
        said=said,
        often=said >= repetition.enough(text),
        pace=pace,
        # a word alone may have an attention time of no length at all
        fast=letters > 12 and pace > _FASTEST[packed],
        slow=seconds >= _SLOW_FROM and pace < _SLOWEST,
        credited=asr_credits.credited(text),
    )


def heard(line: Line, regions: Sequence[Span]) -> float:
    """The share of the words' seconds that lie within `NEAR` of a region; regions are in order and apart."""
    inside = total = 0.0
    low, high = line.span.start - NEAR, line.span.end + NEAR
    first = bisect_left(regions, low, key=attrgetter("end"))
    last = bisect_right(regions, high, key=attrgetter("start"))
    wide = [Span(one.start - NEAR, one.end + NEAR) for one in regions[first:last]]
    for word in line.words:
        own = Span(word.start, max(word.end, word.start + 0.02))
        total += own.seconds
        inside += min(own.seconds, sum(one.shared(own) for one in wide))
    return inside / total


def reasons(e: Evidence, usual: float = 0.0) -> list[Reason]:
    """What speaks against a text. `usual` is the film's own mean log-probability: being unsure says little where the model always is."""
    found: list[Reason] = []

    def add(kind: str, points: float, words: str) -> None:
        if points > 0:
            found.append(Reason(kind, round(points, 2), words))

    add("silence", _ramp(e.heard, 0.6, 0.1, 2.0), f"speech is heard in {e.heard:.0%} of its time")
    quiet = max(e.no_speech, e.alone or 0.0)
    add("no speech", _ramp(quiet, 0.2, 0.6, 1.5), f"no speech, with a probability of {quiet:.2f}")
    floor = min(-0.5, usual - 0.2)
    unsure = max(
        _ramp(e.likely, floor, MIN_LOGPROB + floor + 0.5, 1.0), _ramp(e.probability, 0.45, 0.15, 1.0)
    )
    add(
        "unsure",
        unsure,
        f"unsure: words of {e.probability:.0%} on average, log-probability {e.likely:.2f}",
    )
    if e.looped or e.often:
        text = f"{e.looped:.0%} of it repeats itself" if e.looped else f"said {e.said} times nearby"
        add("repeats", 1.5 if e.looped >= 0.5 or e.said >= 6 else 1.0, text)
    add("pace", 1.0 if e.fast or e.slow else 0.0, f"{e.pace:.0f} letters a second: nobody speaks so")
    add("credits", 0.5 if e.credited else 0.0, "reads like the credits of subtitles")
    if e.again is not None:
        add(
            "again",
            _ramp(e.again, 0.6, 0.1, 1.5),
            f"heard by itself, {e.again:.0%} of it came again",
        )
    if e.gain is not None:
        add("gain", _ramp(e.gain, 1.0, 0.2, 1.0), "nearly as likely with no sound at all")
    return found


def _ramp(value: float, none: float, all_: float, most: float) -> float:
    """0 at `none`, `most` at `all_` and beyond, straight between."""
    return most * min(1.0, max(0.0, (value - none) / (all_ - none)))


def points(found: Sequence[Reason]) -> float:
    """The sum of the reasons."""
    return sum(one.points for one in found)


def verdict(found: Sequence[Reason]) -> str:
    """`dropped`, `flagged` or an empty string.

    What the detectors hear as speech is dropped only if its sound adds nothing to the text: of a short word that is said
    often, two readings may differ, and both be right.
    """
    total, kinds = points(found), {one.kind for one in found}
    if total >= DROP and len(found) >= _KINDS and kinds & _UNHEARD:
        return "dropped"
    return "flagged" if total >= FLAG else ""
