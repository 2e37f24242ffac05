"""Decides whether subtitles are moved: only if it is certain where they belong, and that it is elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stage_runners.sync.estimate import Estimate
from stage_runners.sync.evidence import Spoken
from stage_runners.sync.film import Piece
from stage_runners.sync.thresholds import DECIDE, EXACT
from stage_runners.sync.time_map import Part, TimeMap

Kind = Literal["right", "moved", "unsure", "foreign"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be done: `right` and `unsure` subtitles are left alone, `foreign` ones are of another film.

    `confidence` is that of the fit; for `moved` the map and the pieces say where the cues go.
    """

    kind: Kind
    confidence: float
    pieces: tuple[Piece, ...]
    map: TimeMap


def confidence_of(margin: float) -> float:
    """The confidence, 0 to 1, of a fit that is better than any wrong one by this many log odds.

    A logistic curve, laid through the margins of right and wrong subtitles of benchmarks/sync.py.
    """
    return 1.0 / (1.0 + math.exp(-max(min((margin - DECIDE.middle) / DECIDE.scale, 50.0), -50.0)))


def decide(found: Estimate, cues: Sequence[Spoken]) -> Verdict:
    """The verdict on an estimate."""
    confidence = confidence_of(found.margin)
    pieces = found.pieces
    if confidence < DECIDE.sure:
        foreign = len(cues) >= DECIDE.foreign_cues and found.margin < DECIDE.foreign_margin
        return _verdict("foreign" if foreign else "unsure", confidence, found.ratio, pieces, cues)
    if found.ratio == 1.0:
        pieces = _of_one_habit(pieces)
    if all(_fits(shift, piece) for piece in pieces for shift in shifts(piece, found.ratio, cues)):
        return _verdict("right", confidence, found.ratio, pieces, cues)
    if found.score - found.as_is < DECIDE.least_gain:
        # Perhaps they are a little off, but not so much that it could be told.
        confidence = confidence_of(found.as_is - found.null)
        kind: Kind = "right" if confidence >= DECIDE.sure else "unsure"
        return _verdict(kind, confidence, found.ratio, pieces, cues)
    return _verdict("moved", confidence, found.ratio, pieces, cues)


def shifts(piece: Piece, ratio: float, cues: Sequence[Spoken]) -> tuple[float, float]:
    """By how many seconds the first and the last cue of a piece are moved."""
    first, last = cues[piece.first].start, cues[piece.last].start
    return first * (ratio - 1) + piece.offset, last * (ratio - 1) + piece.offset


def _fits(shift: float, piece: Piece) -> bool:
    """Whether the cues of a piece, which the shift would move, are in their place as they are.

    People let cues begin up to about 0.3 s before the speech, and seldom after it.
    """
    early = DECIDE.early_s
    if piece.lag is not None and piece.lag - shift >= DECIDE.long_s:
        early = DECIDE.early_if_long_s
    if piece.last - piece.first + 1 < DECIDE.few_cues:
        early = DECIDE.early_if_few_s
    return -DECIDE.late_s <= shift <= early


def _of_one_habit(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with the lead of those that need no change: that is how their author times cues."""
    right = [piece for piece in pieces if _fits(piece.offset, piece)]
    if not right or len(right) == len(pieces):
        return tuple(pieces)
    own = max(right, key=lambda piece: piece.margin).offset
    return tuple(replace(p, offset=0.0 if p in right else p.offset - own) for p in pieces)


def _verdict(
    kind: Kind, confidence: float, ratio: float, pieces: Sequence[Piece], cues: Sequence[Spoken]
) -> Verdict:
    parts = []
    for piece, after in zip(pieces, (*pieces[1:], None), strict=True):
        end = max(cue.end for cue in cues[piece.first : piece.last + 1])
        if after is not None:
            end = min(end, cues[after.first].start)
        parts.append(Part(cues[piece.first].start, end, piece.offset))
    return Verdict(kind=kind, confidence=confidence, pieces=tuple(pieces), map=TimeMap(ratio, parts))


LEAD_S = EXACT.lead_s
