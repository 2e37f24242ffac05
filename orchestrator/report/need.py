"""Computes the review priority of a cue (0 to 1), and the reasons in words.

The weight of a reason is the share of such cues that a reviewer would change. That of low-confidence words is
measured, the others are estimates (`ipc/cue_flags.py`). Reasons are combined as if independent, so that two
weak ones make a stronger one and the sum stays below 1: 1 - (1 - a)(1 - b)...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipc.cue_flags import flag_of

SILENT = 0.2
"""A cue with less speech than this share of its time has the flag `no_speech`."""
SOUND = "sound"
"""The flag of a cue such as `[music]`."""
UNSURE = 0.8
"""A cue whose words have a lower mean probability probably has a wrong word: 169 of 171 such cues did (base,
ten recordings in six languages), 45 of 66 of those up to .9, and 25 of 106 of the rest."""
_WRONG = 1.6
"""Share of a cue's words that are wrong, per missing mean probability: .40 at .75, .60 at .65, .77 at .55
(the same cues)."""
_FASTER = 0.6
"""The weight that reading at twice the limit adds."""


@dataclass(frozen=True)
class Measured:
    """What was measured of a cue besides its flags; None if it was not.

    `cps` is its characters per second and `limit` the maximum, `speech` the share of its time with speech,
    `confidence` the mean probability of its words, `doubts` the reasons in the table of doubts with their
    scores. For a `translated` cue, they are those of the source speech at that time.
    """

    cps: float
    limit: float
    speech: float | None = None
    confidence: float | None = None
    doubts: Sequence[tuple[float, str]] = ()
    translated: bool = False


def of_cue(flags: Sequence[str], measured: Measured) -> tuple[float, list[str]]:
    """The review priority of a cue (0 to 1), and its reasons, strongest first; 0 without a reason."""
    reasons = [] if SOUND in flags else [*_measured(measured)]  # it describes a sound, not speech
    for flag in flags:
        if not flag_of(flag).review or (flag == "doubtful" and measured.doubts):
            continue  # the doubts are more precise
        reasons.append(
            _too_fast(measured) if flag == "too_fast" else (flag_of(flag).weight, flag_of(flag).sentence)
        )
    return combined(reasons)


def _measured(measured: Measured) -> Iterator[tuple[float, str]]:
    """The reasons that no flag of the stage gives."""
    if measured.speech is not None and measured.speech < SILENT:
        yield 0.9 - 0.5 * measured.speech / SILENT, flag_of("no_speech").sentence
    for score, why in measured.doubts:
        yield 0.4 + 0.5 * score, why
    if measured.confidence is not None and measured.confidence < UNSURE:
        what = "low-confidence source words" if measured.translated else flag_of("unsure").sentence
        yield _WRONG * (1 - measured.confidence), f"{what}: {measured.confidence:.0%} on average"


def _too_fast(measured: Measured) -> tuple[float, str]:
    """Weight and words for an exceeded reading speed."""
    over = max(0.0, measured.cps / measured.limit - 1) if measured.limit else 0.0
    why = f"{measured.cps:.1f} characters per second (limit {measured.limit:g})"
    return flag_of("too_fast").weight + min(1.0, over) * _FASTER, why


def raised(score: float, flag: str) -> float:
    """The review priority of a cue that has one more flag."""
    return round(1 - (1 - score) * (1 - flag_of(flag).weight), 3)


def of_silence(row: Mapping[str, Any]) -> tuple[float, list[str]]:
    """Priority and reasons of missed speech: a row of the table of doubts whose verdict is `empty`."""
    missed = flag_of("silence")
    reasons = [(missed.weight * float(row["score"]), missed.sentence)]
    return combined([*reasons, *((0.0, why) for why in row["reasons"])])


def combined(reasons: Sequence[tuple[float, str]]) -> tuple[float, list[str]]:
    """The combined weight of reasons, and their words."""
    left = 1.0
    for weight, _ in reasons:
        left *= 1 - min(0.99, max(0.0, weight))
    words = [why for _, why in sorted(reasons, key=lambda reason: -reason[0])]
    return round(1 - left, 3), list(dict.fromkeys(words))
