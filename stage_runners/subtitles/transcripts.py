"""What was said, without cues: text, a table, JSON of WhisperX's shape, and who spoke when. All of it UTF-8 with line feeds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stage_runners.subtitles.srt_vtt import label

Row = Mapping[str, Any]


def txt(segments: Sequence[Row], speakers: Mapping[str, str]) -> str:
    """A line a segment, the speaker's label before it."""
    return "".join(
        (f"{label(speakers[s['speaker']])} " if s["speaker"] else "") + " ".join(s["text"].split()) + "\n"
        for s in segments
    )


def tsv(segments: Sequence[Row]) -> str:
    """Start and end in milliseconds and the text of every segment, columns as Whisper names them."""
    lines = (
        f"{round(s['start'] * 1000)}\t{round(s['end'] * 1000)}\t{' '.join(s['text'].split())}\n"
        for s in segments
    )
    return "start\tend\ttext\n" + "".join(lines)


def transcript(
    segments: Sequence[Row],
    words: Sequence[Row],
    language: str,
    known: Iterable[Row] = (),
    doubts: Iterable[Row] = (),
) -> str:
    """JSON of WhisperX's shape. What is not known is left out, as there: times and scores of a word, speakers.

    Speakers keep their labels, as in the RTTM; `speakers` says what is known of each. Where several languages are spoken, each
    segment says its own. `doubts` are what recognition left out, doubts, found late or did not understand, with the reasons.
    """
    several = len({segment["language"] for segment in segments}) > 1
    own: dict[int, list[dict[str, Any]]] = {}
    for word in words:
        own.setdefault(word["segment"], []).append(_word(word))
    shown = [
        _known(
            start=_seconds(s["start"]), end=_seconds(s["end"]), text=s["text"], speaker=s["speaker"],
            language=s["language"] if several else None,
        ) | {"words": own.get(s["id"], [])}
        for s in segments
    ]  # fmt: skip
    result = {
        "segments": shown,
        "word_segments": [w for s in shown for w in s["words"]],
        "language": language,
    }
    if people := {row["speaker"]: _person(row) for row in known}:
        result["speakers"] = people
    if told := [_doubt(row) for row in doubts]:
        result["doubts"] = told
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _person(row: Row) -> dict[str, Any]:
    return _known(
        name=row["name"],
        confidence=round(float(row["confidence"]), 3),
        source=row["source"],
        evidence=list(row["evidence"]),
    )


def _doubt(row: Row) -> dict[str, Any]:
    return {
        "start": _seconds(row["start"]),
        "end": _seconds(row["end"]),
        "verdict": row["verdict"],
        "text": row["text"],
        "reasons": list(row["reasons"]),
        "score": round(float(row["score"]), 3),
    }


def _word(word: Row) -> dict[str, Any]:
    score = word["score"] if word["score"] is not None else word["probability"]
    return _known(
        word=word["text"],
        start=_seconds(word["start"]),
        end=_seconds(word["end"]),
        score=None if score is None else round(float(score), 3),
        speaker=word["speaker"],
    )


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def rttm(turns: Sequence[Row]) -> str:
    """A line a turn, overlap kept; the recording is always called `film`, whatever its file is named."""
    return "".join(
        f"SPEAKER film 1 {t['start']:.3f} {t['end'] - t['start']:.3f} <NA> <NA> "
        f"{'_'.join(t['speaker'].split())} <NA> <NA>\n"
        for t in turns
    )
