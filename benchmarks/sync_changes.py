"""What `sync_cases.py` does to subtitles and films: delays, frame rates, habits, sounds, cuts, adverts."""

from __future__ import annotations

import random
from itertools import pairwise

from sync_films import Cue, Film

SOUNDS = ("[door slams]", "(tense music)", "\u266a la la la \u266a", "[phone rings]")


def moved(cues: list[Cue], by: float = 0.0, ratio: float = 1.0) -> list[Cue]:
    """The cues with other times; those before zero are dropped, because no file has them."""
    found = [Cue(c.start * ratio + by, c.end * ratio + by, c.text, c.true) for c in cues]
    return [cue for cue in found if cue.start >= 0]


def sloppy(cues: list[Cue], seed: int) -> list[Cue]:
    """Cues as a person times them by ear: up to 200 ms early, and ends up to 200 ms late."""
    rng = random.Random(seed)
    return [
        Cue(max(c.start - rng.uniform(0, 0.2), 0), c.end + rng.uniform(0, 0.2), c.text, c.true) for c in cues
    ]


def sdh(cues: list[Cue], seed: int) -> list[Cue]:
    """The cues with sounds between them, and labels."""
    rng = random.Random(seed)
    found = []
    for cue, after in zip(cues, [*cues[1:], None], strict=True):
        found.append(cue._replace(text=f"MAN: {cue.text}" if rng.random() < 0.3 else cue.text))
        if after and after.start - cue.end > 0.4 and rng.random() < 0.6:
            found.append(
                Cue(
                    cue.end + 0.1, after.start - 0.1, rng.choice(SOUNDS), cue.true + cue.end + 0.1 - cue.start
                )
            )
    return found


def cut(film: Film, cues: list[Cue], count: int, length: float) -> tuple[Film, list[Cue]]:
    """A film that lacks `count` parts; the cues are those of the whole film."""
    found = list(cues)
    for k in reversed(range(count)):
        at = film.seconds * (k + 1) / (count + 1)
        film = film.without(at, at + length)
        found = [
            c if c.true is None or c.true < at - 0.2
            else c._replace(true=None if c.true < at + length else c.true - length)
            for c in found
        ]  # fmt: skip
    return film, found


def with_ads(film: Film, cues: list[Cue], count: int, ads: list[Film]) -> tuple[Film, list[Cue]]:
    """A film with `count` advertisements in it, at pauses between cues."""
    whole, found = film, list(cues)
    for k in reversed(range(count)):
        near = film.seconds * (k + 1) / (count + 1)
        at = min(
            ((a.end + b.start) / 2 for a, b in pairwise(cues) if b.start > a.end),
            key=lambda place: abs(place - near),
        )
        ad = ads[k % len(ads)]
        whole = whole.with_other(at, ad)
        found = [c._replace(true=c.true + ad.seconds) if c.true >= at else c for c in found]
    return whole, found
