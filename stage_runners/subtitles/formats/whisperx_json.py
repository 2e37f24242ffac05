"""The transcript in WhisperX's JSON format: segments and words with times, scores and speakers."""

from __future__ import annotations

from ipc import json_text
from ipc.rows import DoubtRow, SpeakerRow, WordRow
from stage_runners.subtitles.output_format import Document, Format

Json = dict[str, object]


def write(document: Document) -> str:
    """The file. Unknown values are omitted, as WhisperX omits them: times and scores of a word, speakers.

    Speakers have their labels, as in the RTTM; `speakers` has the facts about each. If the film has several
    languages, each segment has its own. `doubts` are passages that recognition dropped, flagged, recovered or
    did not understand, with the reasons; with a known text, what was found on one side only.
    """
    several = len({segment["language"] for segment in document.segments}) > 1
    by_segment: dict[int, list[Json]] = {}
    for word in document.words:
        by_segment.setdefault(word["segment"], []).append(_word(word))
    segments = [
        _without_none(
            start=_rounded(segment["start"]),
            end=_rounded(segment["end"]),
            text=segment["text"],
            speaker=segment["speaker"],
            language=segment["language"] if several else None,
        )
        | {"words": by_segment.get(segment["id"], [])}
        for segment in document.segments
    ]
    result: Json = {
        "segments": segments,
        "word_segments": [
            word for segment in document.segments for word in by_segment.get(segment["id"], [])
        ],
        "language": document.language,
    }
    if document.speakers:
        result["speakers"] = {row["speaker"]: _speaker(row) for row in document.speakers}
    if document.doubts:
        result["doubts"] = [_doubt(row) for row in document.doubts]
    return json_text.dumps(result, indent=1) + "\n"


def _speaker(row: SpeakerRow) -> Json:
    return _without_none(
        name=row["name"],
        confidence=round(float(row["confidence"]), 3),
        source=row["source"],
        evidence=list(row["evidence"]),
    )


def _doubt(row: DoubtRow) -> Json:
    return {
        "start": _rounded(row["start"]),
        "end": _rounded(row["end"]),
        "verdict": row["verdict"],
        "text": row["text"],
        "reasons": list(row["reasons"]),
        "score": round(float(row["score"]), 3),
    }


def _word(word: WordRow) -> Json:
    score = word["score"] if word["score"] is not None else word["probability"]
    return _without_none(
        word=word["text"],
        start=_rounded(word["start"]),
        end=_rounded(word["end"]),
        score=None if score is None else round(float(score), 3),
        speaker=word["speaker"],
    )


def _without_none(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(float(seconds), 3)


FORMAT = Format(
    name="json",
    extension="json",
    content="transcript",
    media_type="application/json",
    description="WhisperX's JSON format: `segments` with `words`, `word_segments`, `language`; "
    "`speakers`: name, confidence, source and evidence by label; "
    "`doubts`: dropped, flagged, recovered or unclear passages, and why",
    write=write,
    language_tag="translations",
    by_default=True,
    rank=60,
)
