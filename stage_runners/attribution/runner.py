"""The stage attribution: assigns a speaker to each word, and splits segments where the speaker changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.kind import Kind
from ipc.kinds_of_text import DOUBTS, SEGMENTS, WORDS
from ipc.rows import SegmentRow, TurnRow, WordRow, read_rows
from stage_runners.attribution.put_back import doubts_back, laid_out, put_back
from stage_runners.attribution.stage import ATTRIBUTION
from stage_runners.attribution.viterbi import Heard, Turn, attribute, speaker_of
from stage_runners.attribution.word_text import text_of
from stage_runners.text.word_times import Place, by_segment, places

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = ATTRIBUTION


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Read segments, words and turns; write segments and words with speakers, on the film's clock.

    Without turns (speaker detection is off), both are written unchanged.
    """
    del model
    from ipc.artifacts import read

    doubts = read(inputs["doubts"], "doubts")
    if "turns" not in inputs:
        context.method = "none"
        for kind in ("segments", "words"):
            context.save(kind, read(inputs[kind], kind).table)
        context.save("doubts", doubts.table)
        return
    context.method = "viterbi"
    turns = _turns(read_rows(inputs["turns"], "turns"))
    exclusive = _turns(read_rows(inputs["exclusive_turns"], "turns")) if "exclusive_turns" in inputs else []
    pieces = read_rows(inputs["pieces"], "pieces") if "pieces" in inputs else []
    given = read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words")
    if any(piece["speaker"] for piece in pieces):
        found = attributed(*given, laid_out(turns, pieces), laid_out(exclusive, pieces))
        segments, words = put_back(*found, pieces, turns)
        context.save("doubts", _columns(doubts_back(read_rows(inputs["doubts"], "doubts"), pieces), DOUBTS))
    else:
        segments, words = attributed(*given, turns, exclusive)
        context.save("doubts", doubts.table)
    context.progress(len(words), len(words), unit="words")
    context.fact("speakers", len({word["speaker"] for word in words if word["speaker"]}))
    context.save("segments", _columns(segments, SEGMENTS))
    context.save("words", _columns(words, WORDS))


def attributed(
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    turns: Sequence[Turn],
    exclusive: Sequence[Turn] = (),
) -> tuple[list[SegmentRow], list[WordRow]]:
    """Rows of segments and words with speakers; segments are split where the speaker changes, and renumbered.

    A segment that is not split keeps its text and times. The pieces of a split segment get the text of their
    words, and together cover its time. A segment without words gets the speaker who talks longest in it.
    """
    spots = places(words, segments)
    heard = [Heard(p.start, p.end, w["text"], w["segment"]) for p, w in zip(spots, words, strict=True)]
    found = attribute(heard, turns, exclusive)
    named: list[WordRow] = [
        {**word, "speaker": a.speaker, "speaker_confidence": a.confidence, "overlap": a.overlap}
        for word, a in zip(words, found, strict=True)
    ]
    members = by_segment(words, segments)
    new_segments: list[SegmentRow] = []
    new_words: list[WordRow] = []
    clock = 0.0
    for segment in segments:
        own = [(named[k], spots[k]) for k in members[segment["id"]]]
        runs = [list(group) for _, group in groupby(own, lambda pair: pair[0]["speaker"])]
        if not runs:
            speaker = speaker_of(segment["start"], segment["end"], turns)
            clock = max(clock, segment["start"])
            end = max(clock, segment["end"])
            new_segments.append(
                {**segment, "id": len(new_segments), "speaker": speaker, "start": clock, "end": end}
            )
        for piece in _pieces(segment, runs):
            number = len(new_segments)
            # the last piece of a segment may begin after the next segment does
            clock = max(clock, piece["start"])
            new_segments.append({**piece, "id": number, "start": clock, "end": max(clock, piece["end"])})
            new_words.extend({**word, "segment": number} for word, _ in runs[piece["id"]])
    return new_segments, new_words


def _pieces(segment: SegmentRow, runs: Sequence[Sequence[tuple[WordRow, Place]]]) -> list[SegmentRow]:
    """One row per run of words of one speaker; `id` is the index of the run."""
    speakers = [run[0][0]["speaker"] for run in runs]
    if len(runs) == 1:
        return [{**segment, "id": 0, "speaker": speakers[0]}]
    result: list[SegmentRow] = []
    clock = segment["start"]
    for k, run in enumerate(runs):
        start = segment["start"] if k == 0 else max(clock, run[0][1].start)
        end = segment["end"] if k == len(runs) - 1 else max(place.end for _, place in run)
        text = text_of([word for word, _ in run])
        result.append(
            {**segment, "id": k, "start": start, "end": max(start, end), "text": text, "speaker": speakers[k]}
        )
        clock = start
    return result


def _turns(rows: Sequence[TurnRow]) -> list[Turn]:
    return [Turn(row["start"], row["end"], row["speaker"]) for row in rows]


def _columns(rows: Sequence[Mapping[str, object]], kind: Kind) -> dict[str, list[object]]:
    return {column.name: [row[column.name] for row in rows] for column in kind.columns}
