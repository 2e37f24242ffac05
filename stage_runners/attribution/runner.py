"""Attribution: give each word its speaker and cut segments where the speaker changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from stage_runners.attribution.stage import ATTRIBUTION
from stage_runners.attribution.viterbi import Heard, Turn, attribute, speaker_of
from stage_runners.text.word_times import Place, by_segment, places

STAGE = ATTRIBUTION


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""


def run(model: None, inputs: Mapping[str, Path], context: Any) -> None:  # noqa: ARG001
    """Read segments, words and turns; write segments and words with speakers.

    Without turns (diarization off) both pass unchanged: nobody asked who speaks.
    """
    from ipc.artifacts import read

    segments, words = read(inputs["segments"], "segments"), read(inputs["words"], "words")
    if "turns" not in inputs:
        context.method = "none"
        context.save("segments", segments.table)
        context.save("words", words.table)
        return
    context.method = "viterbi"
    turns = _turns(read(inputs["turns"], "turns").rows())
    exclusive = _turns(read(inputs["exclusive_turns"], "turns").rows()) if "exclusive_turns" in inputs else []
    new_segments, new_words = attributed(segments.rows(), words.rows(), turns, exclusive)
    context.progress(len(new_words), len(new_words), unit="words")
    context.fact("speakers", len({w["speaker"] for w in new_words if w["speaker"]}))
    context.save("segments", _columns(new_segments, segments.table.column_names))
    context.save("words", _columns(new_words, words.table.column_names))


def attributed(
    segments: Sequence[Mapping[str, Any]],
    words: Sequence[Mapping[str, Any]],
    turns: Sequence[Turn],
    exclusive: Sequence[Turn] = (),
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of segments and words with speakers; segments are cut where the speaker changes and numbered anew.

    A segment that is not cut keeps its text and times. The pieces of one that is get the text of their words,
    and together the time of the whole. A segment without words gets who talks longest in it.
    """
    spots = places(words, segments)
    heard = [Heard(p.start, p.end, w["text"], w["segment"]) for p, w in zip(spots, words, strict=True)]
    found = attribute(heard, turns, exclusive)
    named = [
        {**word, "speaker": a.speaker, "speaker_confidence": a.confidence, "overlap": a.overlap}
        for word, a in zip(words, found, strict=True)
    ]
    members = by_segment(words, segments)
    new_segments: list[dict[str, Any]] = []
    new_words: list[dict[str, Any]] = []
    clock = 0.0
    for segment in segments:
        own = [(named[k], spots[k]) for k in members[segment["id"]]]
        runs = [list(group) for _, group in groupby(own, lambda pair: pair[0]["speaker"])]
        if not runs:
            speaker = speaker_of(segment["start"], segment["end"], turns)
            clock = max(clock, segment["start"])
            row = {
                "id": len(new_segments),
                "speaker": speaker,
                "start": clock,
                "end": max(clock, segment["end"]),
            }
            new_segments.append({**segment, **row})
        for piece in _pieces(segment, runs):
            number = len(new_segments)
            # the last piece of a segment may begin after the next segment does
            clock = max(clock, piece["start"])
            new_segments.append({**piece, "id": number, "start": clock, "end": max(clock, piece["end"])})
            new_words.extend({**word, "segment": number} for word, _ in runs[piece["id"]])
    return new_segments, new_words


def text_of(words: Sequence[Mapping[str, Any]]) -> str:
    """The words as running text."""
    return "".join((" " if word["space"] else "") + word["text"] for word in words).strip()


def _pieces(
    segment: Mapping[str, Any], runs: Sequence[Sequence[tuple[Mapping[str, Any], Place]]]
) -> list[dict[str, Any]]:
    """One row a run of words of one speaker, `id` its place among the runs."""
    speakers = [run[0][0]["speaker"] for run in runs]
    if len(runs) == 1:
        return [{**segment, "id": 0, "speaker": speakers[0]}]
    result = []
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


def _turns(rows: Sequence[Mapping[str, Any]]) -> list[Turn]:
    return [Turn(row["start"], row["end"], row["speaker"]) for row in rows]


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
