"""Pieces of subtitles with an offset each: those that are certain, and where one ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync import path as paths
from stage_runners.sync.film import Film, Piece
from stage_runners.sync.thresholds import PIECES, SEARCH


def runs(at: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last cue of each run of equal offsets."""
    changes = np.flatnonzero(np.diff(at)) + 1
    return list(zip([0, *changes.tolist()], [*(changes - 1).tolist(), len(at) - 1], strict=True))


def certain(film: Film, ratio: float, path: paths.Path) -> list[Piece]:
    """The pieces of a path; one that may as well be elsewhere goes with the neighbour that fits it better."""
    offsets = film.grid.offsets()
    pieces = [
        _measured(
            film, ratio, Piece(first=first, last=last, offset=float(offsets[path.at[first]]), margin=0.0)
        )
        for first, last in runs(path.at)
    ]
    while len(pieces) > 1:
        weakest = min(range(len(pieces)), key=lambda k: pieces[k].margin)
        if pieces[weakest].margin >= PIECES.least_margin:
            break
        piece = pieces[weakest]
        total = paths.constant(film.rows(ratio, piece.first, piece.last))
        near = [k for k in (weakest - 1, weakest + 1) if 0 <= k < len(pieces)]
        to = max(near, key=lambda k: total[film.index(pieces[k].offset)])
        first, last = min(piece.first, pieces[to].first), max(piece.last, pieces[to].last)
        pieces[to] = _measured(film, ratio, replace(pieces[to], first=first, last=last))
        del pieces[weakest]
        pieces = _united(film, ratio, pieces)
    return pieces


def places(film: Film, pieces: Sequence[Piece]) -> NDArray[np.int64]:
    """The index of each cue's offset in the grid, if the pieces have every cue."""
    at = np.zeros(len(film.cues), np.int64)
    for piece in pieces:
        at[piece.first : piece.last + 1] = film.index(piece.offset)
    return at


def _united(film: Film, ratio: float, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with neighbours of one offset as one."""
    done: list[Piece] = []
    for piece in pieces:
        if done and abs(done[-1].offset - piece.offset) < film.grid.step / 2:
            done[-1] = _measured(film, ratio, replace(done[-1], last=piece.last))
        else:
            done.append(piece)
    return done


def alike(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with neighbours as one whose offsets differ by less than people's habits do."""
    done: list[Piece] = []
    for piece in pieces:
        if done and abs(done[-1].offset - piece.offset) < PIECES.least_change_s:
            more = max(done[-1], piece, key=lambda one: one.margin)
            done[-1] = replace(more, first=done[-1].first, last=piece.last)
        else:
            done.append(piece)
    return done


def _measured(film: Film, ratio: float, piece: Piece) -> Piece:
    """The piece with its margin: by how much its offset is better than any other, for its cues."""
    total = paths.constant(film.rows(ratio, piece.first, piece.last))
    at, away = film.index(piece.offset), round(SEARCH.away_s / film.grid.step)
    others = np.concatenate([total[: max(at - away, 0)], total[at + away + 1 :]])
    return replace(piece, margin=float(total[at] - others.max()) if len(others) else 0.0)


def cut_out(film: Film, ratio: float, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without the cues between them for which the film has no room, because it lacks that part.

    Where the offset falls, the cues of both pieces would overlap. Those that are left out are the ones
    without which the others fit best.
    """
    done = list(pieces)
    for k in range(len(done) - 1):
        before, after = done[k], done[k + 1]
        if after.offset < before.offset:
            last, first = _cut(film, ratio, before, after)
            done[k], done[k + 1] = replace(before, last=last), replace(after, first=first)
    return done


def _cut(film: Film, ratio: float, before: Piece, after: Piece) -> tuple[int, int]:
    """The last cue of the piece before a cut, and the first one after it."""
    cues, border = film.cues, after.first
    fall = before.offset - after.offset
    time = cues[border].start * ratio
    first = next(
        i for i in range(before.first, border + 1) if cues[i].start * ratio >= time - fall - PIECES.around_s
    )
    last = max(
        i for i in range(border, after.last + 1) if cues[i].start * ratio <= time + fall + PIECES.around_s
    )
    first, last = (
        max(first, before.first + 1, border - PIECES.most_cues),
        min(last, after.last, border + PIECES.most_cues),
    )
    with_before, with_after = film.index(before.offset), film.index(after.offset)
    fits = [(float(row[with_before]), float(row[with_after])) for row in film.rows(ratio, first, last)]
    ahead = np.concatenate([[0.0], np.cumsum([one for one, _ in fits])])
    behind = np.concatenate([np.cumsum([two for _, two in fits][::-1])[::-1], [0.0]])
    best, found = -np.inf, (border - 1, border)
    for i in range(first - 1, last + 1):  # the last cue before the cut
        ends = (
            max(cue.start + cue.end for cue in cues[max(i - 3, before.first) : i + 1]) / 2 * ratio
            + before.offset
        )
        for j in range(i + 1, last + 2):
            if j <= after.last and cues[j].start * ratio + after.offset < ends:
                continue
            score = float(ahead[i - first + 1] + behind[j - first]) - PIECES.left_out * (j - i - 1)
            if j <= after.last and score > best:
                best, found = score, (i, j)
            break
    return found
