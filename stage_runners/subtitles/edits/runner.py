"""The stage edits: the transcript with the user's edits, which translations read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.rows import read_rows
from stage_runners.subtitles.edits.run_edits import RunEdits
from stage_runners.subtitles.speakers import merge_namesakes
from stage_runners.subtitles.stage import EDITS

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = EDITS


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` with the edits of the source language."""
    del model
    segments = read_rows(inputs["segments"], "segments")
    words = read_rows(inputs["words"], "words")
    turns = read_rows(inputs["turns"], "turns") if "turns" in inputs else []
    speakers = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    edits = RunEdits(context.params, turns, segments, speakers)
    edits.find(*merge_namesakes(segments, words, edits.laid_out_names))
    new_segments, new_words = edits.transcript(segments, words)
    context.method = "edits over the words that they replace"
    context.fact("edits", edits.count)
    for output, rows in (("segments", new_segments), ("words", new_words)):
        context.save(output, _columns(rows, output))


def _columns(rows: Any, kind: str) -> dict[str, list[Any]]:
    from ipc.schemas import KINDS

    return {column.name: [row[column.name] for row in rows] for column in KINDS[kind].columns}
