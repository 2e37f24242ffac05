"""Puts the words of a recording in which overlapping turns were laid out apart back on the film's clock.

`stage_runners.untangling` makes that recording, and the table of its pieces. Turns go to the clock of the
recording, where the speaker of each word is found as in any film; then segments and words come back. Texts of
people who speak at once then overlap in time: segments are in order of their starts, words in that of their
segments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ipc.intervals import Overlapping
from ipc.rows import DoubtRow, PieceRow, SegmentRow, WordRow
from stage_runners.attribution.thresholds import WEIGHTS
from stage_runners.attribution.viterbi import Turn
from stage_runners.attribution.word_text import text_of
from stage_runners.text.grammar import ending
from stage_runners.text.word_times import Place, by_segment, places


class Clock:
    """Times of the recording as times of the film, by the pieces that it consists of."""

    def __init__(self, pieces: Sequence[PieceRow]) -> None:
        self.pieces = pieces
        self._starts = [piece["start"] for piece in pieces]

    def piece_at(self, start: float, end: float) -> int:
        """The piece of a word: that of its middle, or the nearer one if that is in a pause between two."""
        middle = (start + end) / 2
        at = max(0, bisect_right(self._starts, middle) - 1)
        if at + 1 < len(self.pieces):
            behind, ahead = middle - self.pieces[at]["end"], self._starts[at + 1] - middle
            return at + 1 if behind > ahead else at
        return at

    def film(self, time: float, at: int) -> float:
        """A time of the recording in the film, within the piece `at`."""
        piece = self.pieces[at]
        return piece["at"] + (min(max(time, piece["start"]), piece["end"]) - piece["start"])


def laid_out(turns: Sequence[Turn], pieces: Sequence[PieceRow]) -> list[Turn]:
    """The turns on the clock of the recording; a piece of one speaker is one turn."""
    found = Overlapping((turn.start, turn.end) for turn in turns)
    result = []
    for piece in pieces:
        if piece["speaker"]:
            result.append(Turn(piece["start"], piece["end"], piece["speaker"]))
            continue
        away, last = piece["start"] - piece["at"], piece["at"] + piece["end"] - piece["start"]
        for k in found.with_part_of(piece["at"], last):
            turn = turns[k]
            result.append(Turn(max(turn.start, piece["at"]) + away, min(turn.end, last) + away, turn.speaker))
    return result


def put_back(
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    pieces: Sequence[PieceRow],
    turns: Sequence[Turn],
) -> tuple[list[SegmentRow], list[WordRow]]:
    """Segments, each of one speaker, and words on the film's clock; `turns` are those of the film.

    A segment is split where a piece ends, and between its sentences if somebody else begins in it, so that
    what people say at once can be read in the order in which they begin.
    """
    clock, spots, members = Clock(pieces), places(words, segments), by_segment(words, segments)
    others = _Others(turns)
    begin = sorted((piece["at"], piece["speaker"]) for piece in pieces if piece["speaker"])
    found: list[tuple[SegmentRow, list[WordRow]]] = []
    for segment in segments:
        own = members[segment["id"]]
        if not own:
            at = clock.piece_at(segment["start"], segment["end"])
            found.append((_moved(segment, clock, at), []))
            continue
        runs = list(_runs(own, spots, clock))
        for at, run in runs:
            moved = [_word(words[k], spots[k], clock, at, others) for k in run]
            whole = segment if len(runs) == 1 else _part(segment, [spots[k] for k in run], moved)
            found.extend(_sentences(_moved(whole, clock, at), moved, begin))
    found.sort(key=lambda one: one[0]["start"])
    return (
        [{**segment, "id": number} for number, (segment, _) in enumerate(found)],
        [{**word, "segment": number} for number, (_, own) in enumerate(found) for word in own],
    )


def doubts_back(doubts: Sequence[DoubtRow], pieces: Sequence[PieceRow]) -> list[DoubtRow]:
    """The doubts on the film's clock, in order."""
    clock = Clock(pieces)
    result = []
    for row in doubts:
        at = clock.piece_at(row["start"], row["end"])
        moved: DoubtRow = {
            **row, "start": clock.film(row["start"], at), "end": clock.film(row["end"], at)
        }  # fmt: skip
        result.append(moved)
    return sorted(result, key=lambda row: row["start"])


def _runs(own: Sequence[int], spots: Sequence[Place], clock: Clock) -> Iterator[tuple[int, list[int]]]:
    """The words of a segment by piece."""
    run: list[int] = []
    before = -1
    for k in own:
        at = max(before, clock.piece_at(spots[k].start, spots[k].end))
        if run and at != before:
            yield before, run
            run = []
        run.append(k)
        before = at
    yield before, run


class _Others:
    """Whether somebody else speaks."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._found = Overlapping((turn.start, turn.end) for turn in turns)

    def speak(self, speaker: str | None, start: float, end: float) -> bool:
        least = min(WEIGHTS.overlap, (end - start) / 2)
        there = self._found.with_part_of(start, end, least)
        return any(self._turns[k].speaker != speaker for k in there)


def _word(word: WordRow, spot: Place, clock: Clock, at: int, others: _Others) -> WordRow:
    """The word on the film's clock; `overlap` if somebody else speaks during it.

    Who speaks in a piece of one speaker is certain, whatever the words around it suggest.
    """
    start, end = clock.film(spot.start, at), clock.film(spot.end, at)
    moved: WordRow = {**word}
    if speaker := clock.pieces[at]["speaker"]:
        moved["speaker"], moved["speaker_confidence"] = speaker, 1.0
    moved["overlap"] = word["overlap"] or others.speak(moved["speaker"], start, end)
    if word["start"] is not None and word["end"] is not None:
        moved["start"], moved["end"] = start, end
    return moved


def _part(segment: SegmentRow, spots: Sequence[Place], words: Sequence[WordRow]) -> SegmentRow:
    """A part of a segment, on the clock of the recording."""
    return {**segment, "start": spots[0].start, "end": max(s.end for s in spots), "text": text_of(words)}


def _moved(segment: SegmentRow, clock: Clock, at: int) -> SegmentRow:
    start, end = clock.film(segment["start"], at), clock.film(segment["end"], at)
    speaker = clock.pieces[at]["speaker"] or segment["speaker"]
    return {**segment, "start": start, "end": end, "speaker": speaker}


def _sentences(
    segment: SegmentRow, words: Sequence[WordRow], begin: Sequence[tuple[float, str]]
) -> Iterator[tuple[SegmentRow, list[WordRow]]]:
    """The segment, or its sentences if somebody else's piece begins within it."""
    first = bisect_right(begin, (segment["start"], ""))
    others = (speaker for at, speaker in begin[first:] if at < segment["end"])
    edges = [0, len(words)]
    if any(speaker != segment["speaker"] for speaker in others):
        ends = [
            k
            for k, (a, b) in enumerate(pairwise(words), 1)
            if b["start"] is not None and ending(a["text"], b["text"], segment["language"]) == "sentence"
        ]
        edges = [0, *ends, len(words)]
    for first, last in pairwise(edges):
        part = list(words[first:last])
        if len(edges) == 2:
            yield segment, part
            continue
        start = part[0]["start"] if first else segment["start"]
        end = segment["end"] if last == len(words) else part[-1]["end"]
        start = segment["start"] if start is None else start
        end = segment["end"] if end is None else end
        yield {**segment, "start": start, "end": max(start, end), "text": text_of(part)}, part
