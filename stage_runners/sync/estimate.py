"""Finds where subtitles belong: the ratio of their clock to the film's, and the offset of each piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync import path as paths
from stage_runners.sync import refine
from stage_runners.sync.activity import Activity
from stage_runners.sync.evidence import Floats, Spoken
from stage_runners.sync.film import RATIOS, Film, Piece
from stage_runners.sync.pieces import alike, certain, cut_out, places, runs
from stage_runners.sync.thresholds import EXACT, FIT, SEARCH
from stage_runners.sync.words import Word, anchors


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The best fit: its `ratio` and pieces, and log odds.

    `score` is of the best fit, `as_is` of the subtitles without a change, and `null` of the best fit that
    must be wrong: to the film from its end to its start, or with every cue elsewhere. Only pieces that are
    certain count for the best fit, but any for the wrong ones.
    """

    ratio: float
    pieces: tuple[Piece, ...]
    score: float
    as_is: float
    null: float
    by_words: bool

    @property
    def margin(self) -> float:
        """By how many log odds the fit is better than a wrong one."""
        return self.score - self.null


def estimate(cues: Sequence[Spoken], activity: Activity, words: Sequence[Word] = ()) -> Estimate:
    """The best fit of cues, sorted by start and at least one, to a film with speech."""
    film = Film(cues, activity, words)
    cost = SEARCH.change_cost + float(np.log(film.grid.size))
    ratio, found = _best_ratio(film, cost)
    certain_pieces = certain(film, ratio, found)
    at = places(film, certain_pieces)
    score = paths.score(film.rows(ratio), at, cost) - (SEARCH.ratio_cost if ratio != 1.0 else 0.0)
    mirrored = Film(cues, activity.mirrored(), _mirrored(words, activity.seconds))
    null = paths.best(mirrored.rows(ratio), cost).score
    null = max(null, paths.best(_without(film, ratio, at), cost).score)
    middle = film.index(0.0)
    as_is = sum(float(row[middle - 2 : middle + 3].max()) for row in film.rows(1.0))
    pieces = cut_out(film, ratio, certain_pieces)
    ratio, pieces = _exact(film, ratio, pieces, words)
    if len(united := alike(pieces)) < len(pieces):
        ratio, pieces = _exact(film, ratio, united, words)
    return Estimate(
        ratio=ratio, pieces=tuple(pieces), score=score, as_is=as_is, null=null, by_words=bool(words)
    )


def _best_ratio(film: Film, cost: float) -> tuple[float, paths.Path]:
    """The ratio with the best path; a ratio that the offsets of several pieces suggest is tried too."""
    span = film.cues[-1].start - film.cues[0].start
    tried: dict[float, paths.Path] = {}
    for ratio in RATIOS:
        if ratio == 1.0 or span * abs(ratio - 1) > 3 * film.grid.step:
            tried[ratio] = paths.best(film.rows(ratio), cost)

    def score(ratio: float) -> float:
        return tried[ratio].score - (SEARCH.ratio_cost if ratio != 1.0 else 0.0)

    best = max(tried, key=score)
    if (suggested := _suggested(film, best, tried[best])) is not None:
        path = paths.best(film.rows(suggested), cost)
        tried[suggested] = path._replace(score=path.score - SEARCH.ratio_cost)
        best = max(tried, key=score)
    return best, tried[best]._replace(score=score(best))


def _suggested(film: Film, ratio: float, path: paths.Path) -> float | None:
    """A ratio that makes one piece of several, if their offsets lie on a line."""
    if len(runs(path.at)) < 2:
        return None
    at = np.array([cue.start for cue in film.cues])
    offsets = film.grid.offsets()[path.at]
    slope, _ = np.polyfit(at, offsets, 1)
    near = np.abs(offsets - np.polyval(np.polyfit(at, offsets, 1), at)) < 2.0
    if near.sum() < 5 or abs(slope) > SEARCH.most_drift:
        return None
    slope, _ = np.polyfit(at[near], offsets[near], 1)
    return ratio + float(slope)


def _without(film: Film, ratio: float, places: NDArray[np.int64]) -> Iterator[Floats]:
    """The rows without the offsets of the best fit and their neighbours."""
    away = round(SEARCH.away_s / film.grid.step)
    for index, row in enumerate(film.rows(ratio)):
        at = int(places[index])
        other = row.copy()
        other[max(at - away, 0) : at + away + 1] = FIT.least
        yield other


def _mirrored(words: Sequence[Word], seconds: float) -> list[Word]:
    return [Word(word.token, seconds - word.end, seconds - word.start) for word in reversed(words)]


def _exact(
    film: Film, ratio: float, pieces: Sequence[Piece], words: Sequence[Word]
) -> tuple[float, list[Piece]]:
    """The pieces with exact offsets, and the ratio with a small drift put right.

    Their offsets are such that a cue starts `EXACT.lead_s` before its speech.
    """
    for _ in range(3):
        found = [_pairs(film, ratio, piece, words) for piece in pieces]
        modes = [refine.mode(one) for one in found]
        pieces = [
            piece if mode is None else replace(piece, offset=piece.offset + mode - EXACT.lead_s)
            for piece, mode in zip(pieces, modes, strict=True)
        ]
        both = [
            one._replace(later=one.later - mode)
            for one, mode in zip(found, modes, strict=True)
            if mode is not None
        ]
        if not both:
            break
        slope, error = refine.drift(refine.joined(both), 0.0)
        span = film.cues[-1].start - film.cues[0].start
        if abs(slope) * span < EXACT.least_drift_s or abs(slope) < EXACT.drift_errors * error:
            break
        middles = [ratio * (film.cues[p.first].start + film.cues[p.last].start) / 2 for p in pieces]
        pieces = [replace(p, offset=p.offset - slope * at) for p, at in zip(pieces, middles, strict=True)]
        ratio *= 1 + slope
    return ratio, [replace(piece, lag=_lag(film, ratio, piece)) for piece in pieces]


def _lag(film: Film, ratio: float, piece: Piece) -> float | None:
    """How long the cues of a piece stay after their speech, as a rule."""
    cues = film.cues[piece.first : piece.last + 1]
    after = [*(cue.start for cue in cues[1:]), np.inf]
    ends = [cue.end for cue, start in zip(cues, after, strict=True) if start - cue.end > FIT.joined_s]
    return refine.usual_lag(np.array(ends) * ratio + piece.offset, film.activity.ends)


def _pairs(film: Film, ratio: float, piece: Piece, words: Sequence[Word]) -> refine.Pairs:
    """Starts of cues of a piece, and of the speech near them: by their words if there are enough."""
    cues = film.cues[piece.first : piece.last + 1]
    starts = np.array([cue.start * ratio + piece.offset for cue in cues])
    ends = np.array([-1e9, *(cue.end for cue in cues[:-1])])
    apart = np.array([cue.start for cue in cues]) - ends > FIT.joined_s
    loose = refine.pairs(starts[apart], film.activity.starts)
    if words:
        known = anchors(cues, starts.tolist(), words)
        if len(known) >= EXACT.anchors:
            at = starts[list(known)]
            later = np.array(list(known.values())) - at
            near = np.abs(later) <= EXACT.reach_s
            exact = refine.Pairs(at[near], later[near], np.full(int(near.sum()), EXACT.anchor_weight))
            return refine.joined([exact, loose])
    if len(loose.at) == 0:
        return refine.pairs(starts, film.activity.inner_starts)
    return loose
