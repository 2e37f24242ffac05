"""How much a cue needs a person, as one number, and why, in words.

Every reason is taken for a share of what a person who looks there would mend. That of unsure words is measured, the others are guessed by
hand. They are taken as independent, so that two weak reasons make a stronger one and none makes more than 1: 1 - (1 - a)(1 - b)...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.views import heard

SILENT = 0.2
"""A cue with less speech than this share of its time is shown where nobody speaks."""
SOUND = "sound"
"""The flag of a cue such as `[music]`."""
UNSURE = 0.8
"""A cue whose words have a lower mean probability has a word wrong: so it was with 169 of 171 such cues (base, ten recordings in six
languages), with 45 of 66 of those above, up to .9, and with 25 of 106 of the rest."""
_WRONG = 1.6
"""Share of a cue's words that are wrong, by what its mean probability lacks: .40 at .75, .60 at .65, .77 at .55 (the same cues)."""

_WEIGHTS = {
    "late": 0.25,
    "guessed_times": 0.35,
    "unknown_speaker": 0.2,
    "overlap": 0.3,
    "too_short": 0.15,
    "too_long": 0.1,
    "too_fast": 0.15,
    "doubtful": 0.6,
    "collides": 0.4,
    "wide": 0.15,
    "lines": 0.15,
}
_OTHER = 0.3
_EMPTY = 0.75
_FASTER = 0.6
"""What reading at twice the limit adds."""


@dataclass(frozen=True)
class Measured:
    """What is known of a cue besides its flags; None where it is not known.

    `cps` is characters a second and `limit` what is allowed, `speech` the share of its time in which speech was heard, `confidence` the mean
    probability of its words, `doubts` the reasons of the table of doubts with how sure each is. Of a cue that is `translated` they are those of what
    was spoken there.
    """

    cps: float
    limit: float
    speech: float | None = None
    confidence: float | None = None
    doubts: Sequence[tuple[float, str]] = ()
    translated: bool = False


def of_cue(flags: Sequence[str], known: Measured) -> tuple[float, list[str]]:
    """How much the cue needs a person (0 to 1), and why, the strongest reason first; 0 without a reason."""
    reasons: list[tuple[float, str]] = []
    if SOUND in flags:
        return 0.0, []  # it says what is heard where nobody speaks
    if known.speech is not None and known.speech < SILENT:
        reasons.append((0.9 - 0.5 * known.speech / SILENT, "no speech was heard here"))
    for score, why in known.doubts:
        reasons.append((0.4 + 0.5 * score, why))
    if known.confidence is not None and known.confidence < UNSURE:
        what = "what was spoken here is" if known.translated else "the words are"
        reasons.append((_WRONG * (1 - known.confidence), f"{what} unsure: {known.confidence:.0%} on average"))
    for flag in flags:
        if flag == "edited" or (flag == "doubtful" and known.doubts):
            continue  # somebody has looked there; the doubts say it better
        if flag == "too_fast":
            over = max(0.0, known.cps / known.limit - 1) if known.limit else 0.0
            weight = _WEIGHTS[flag] + min(1.0, over) * _FASTER
            why = f"read at {known.cps:.0f} characters a second"
            if known.cps <= known.limit:
                # The layout counts what is written before the text, which is no part of it here.
                why = f"read at more than {known.limit:g} characters a second, with the label before it"
            reasons.append((weight, why))
        else:
            reasons.append((_WEIGHTS.get(flag, _OTHER), words_of(flag)))
    return combined(reasons)


def of_silence(row: Mapping[str, Any]) -> tuple[float, list[str]]:
    """The same for speech without text: a row of the table of doubts whose verdict is `empty`."""
    told = [(_EMPTY * float(row["score"]), "speech was heard here, and there is no text")]
    return combined([*told, *((0.0, why) for why in row["reasons"])])


def combined(reasons: Sequence[tuple[float, str]]) -> tuple[float, list[str]]:
    """The number and the words of weighed reasons."""
    left = 1.0
    for weight, _ in reasons:
        left *= 1 - min(0.99, max(0.0, weight))
    words = [why for _, why in sorted(reasons, key=lambda reason: -reason[0])]
    return round(1 - left, 3), list(dict.fromkeys(words))


_WORDS = {
    "too_short": "shown too briefly",
    "too_long": "shown too long",
    "late": "shown later than its first word",
    "overlap": "two speak at once",
    "guessed_times": "its times are guessed",
    "unknown_speaker": "nobody knows who speaks",
    "doubtful": "the recogniser is not to be trusted here",
}


def words_of(flag: str) -> str:
    """A flag of one cue in words; one that nobody has words for by its name."""
    return _WORDS.get(flag) or heard.FLAGS.get(flag) or flag.replace("_", " ")
