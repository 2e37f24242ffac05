"""Makes turns of the speakers of windows: activity in the film, turns in frames. Numpy only.

A film is divided into stretches between silences, so that memory does not grow with its length times its
speakers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.pieces import Pieces
from stage_runners.diarization.thresholds import TURNS
from stage_runners.diarization.voice_changes import heed_voices
from stage_runners.vad.frame_scores import Scores, overlap_add
from stage_runners.vad.regions import drop_short, spans_of


@dataclass(frozen=True)
class FrameTurn:
    """A speaker talks from frame `first` to `last` (exclusive)."""

    first: int
    last: int
    speaker: int


def film_turns(
    scores: Scores,
    strict: NDArray[np.int64],
    count: NDArray[np.int64],
    names: NDArray[np.int64],
    pieces: Pieces,
    cosines: NDArray[np.float32],
    certain: NDArray[np.int64],
    shortest: int,
) -> tuple[list[FrameTurn], list[FrameTurn]]:
    """The turns of at least `shortest` frames by start, with overlap and without.

    `strict` and `count` (frames,) are the numbers of speakers, `names` (windows, 3) the speakers of windows,
    and `cosines` (pieces, speakers) the similarities of pieces to speakers. `certain` (pieces,) is the
    speaker of the middle of a piece whatever windows and similarities say, -1 if they decide.
    """
    speech = scores.speech()
    turns: list[FrameTurn] = []
    exclusive: list[FrameTurn] = []
    for start, end in stretches(count):
        low, high = np.searchsorted(pieces.spans[:, 0], (start, end))
        active = heed_voices(
            activity(scores, names, cosines.shape[1], start, end),
            strict[start:end],
            speech[start:end],
            pieces.spans[low:high] - start,
            cosines[low:high],
        )
        for piece in low + np.flatnonzero(certain[low:high] >= 0):
            quarter = pieces.lengths[piece] // 4  # neighbours overlap by half
            own = active[pieces.spans[piece, 0] - start + quarter : pieces.spans[piece, 1] - start - quarter]
            own[:, certain[piece]] = own.max(axis=1) + 1
        turns += turns_of(decide(active, count[start:end]), shortest, start)
        exclusive += turns_of(decide(active, np.minimum(count[start:end], 1)), shortest, start)
    return turns, exclusive


def stretches(count: NDArray[np.int64], frames: int = 20000) -> Iterator[tuple[int, int]]:
    """The film in stretches of at least this many frames that end where nobody talks (`count` is 0).

    No turn crosses the end of a stretch, so that turns can be made of one after the other.
    """
    silent = np.flatnonzero(count == 0)
    first = 0
    while first < len(count):
        place = int(np.searchsorted(silent, first + frames))
        last = int(silent[place]) if place < len(silent) else len(count)
        yield first, last
        first = last


def activity(
    scores: Scores, names: NDArray[np.int64], speakers: int, start: int = 0, end: int | None = None
) -> NDArray[np.float32]:
    """The activity of each speaker in the frames `start` to `end`, of shape (frames, speakers).

    It is the mean over windows. A window's decision counts a hundred times its probability, as in pyannote's
    reconstruction; the probability decides if no window finds a speaker.
    """
    end = scores.frames if end is None else end
    result = np.zeros((end - start, speakers), np.float32)
    for first, last, windows in scores.blocks(start=start, end=end):
        votes = scores.active(windows) + TURNS.soft * scores.soft(windows)
        clustered = np.zeros((*votes.shape[:2], speakers), np.float32)
        for row, named in enumerate(names[windows]):
            for local in np.flatnonzero(named >= 0):
                clustered[row, :, named[local]] = votes[row, :, local]
        total, cover = overlap_add(scores.starts[windows], clustered, first, last)
        result[first - start : last - start] = total / np.maximum(cover, 1)[:, None]
    return result


def decide(active: NDArray[np.float32], count: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The `count` most active speakers of each frame, of shape (frames, speakers), without unknown ones.

    A second speaker must also be found by a window: the count alone does not make a silent speaker active.
    """
    result = np.zeros(active.shape, bool)
    if not active.shape[1]:
        return result
    order = np.argsort(-active, axis=1, kind="stable")
    rows = np.arange(len(active))
    for rank in range(min(active.shape[1], int(count.max(initial=0)))):
        chosen = order[:, rank]
        heard = (count > rank) & (active[rows, chosen] > (TURNS.active if rank == 0 else TURNS.second_active))
        result[rows[heard], chosen[heard]] = True
    return result


def turns_of(active: NDArray[np.bool_], shortest: int = 0, start: int = 0) -> list[FrameTurn]:
    """Turns of at least `shortest` frames, by start; the first row of `active` is frame `start`."""
    turns = []
    for speaker in range(active.shape[1]):
        spans = drop_short(spans_of(active[:, speaker]), shortest) + start
        turns += [FrameTurn(int(first), int(last), speaker) for first, last in spans]
    return sorted(turns, key=lambda turn: (turn.first, turn.last, turn.speaker))


def by_appearance(turns: Sequence[FrameTurn]) -> list[int]:
    """The speakers in order of first appearance."""
    return list(dict.fromkeys(turn.speaker for turn in turns))
