"""Reads what a run made of a film, for `orchestrator.api.result`: the other side of its `from_json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.report import data, people
from orchestrator.report.results import Results, Row
from orchestrator.storage.store import Store
from orchestrator.views.notes import notes

_OF_A_WORD = ("text", "start", "end", "probability", "space", "overlap")


def of_film(film: Mapping[str, Any], outcome: str, store: Store) -> dict[str, Any]:
    """The result for `film`, a film of a `run.json`. What the run did not make is empty."""
    results = Results(film, store)
    tables = {
        stage.partition("-")[2]: results.rows(stage, "cues") or [] for stage in results.stages("subtitles")
    }
    turns = [(row["start"], row["end"], row["speaker"]) for row in results.rows("diarization", "turns") or ()]
    speakers = people.speakers(results, turns, [{"cues": rows} for rows in tables.values()])
    names = {str(one["id"]): str(one["name"]) for one in speakers}
    words = next(
        (
            rows
            for stage in ("post_ner", "attribution", "alignment")
            if (rows := results.rows(stage, "words"))
        ),
        [],
    )
    return {
        "film": film["path"],
        "outcome": outcome,
        "language": str(results.facts("asr").get("language") or ""),
        "degraded": [f"{stage['stage']}: {why}" for stage in film["stages"] for why in stage["degraded"]],
        "files": [
            {"format": one["name"], "path": one["path"], "size": one["size"], "note": one["note"]}
            for one in film["outputs"]
        ],
        "cues": _cues(tables.pop("", []), names),
        "translations": {code: _cues(rows, names) for code, rows in tables.items()},
        "words": [
            {**{key: _rounded(row[key]) for key in _OF_A_WORD}, "speaker": names.get(row["speaker"])}
            for row in words
        ],
        "speakers": [
            {
                "label": one["id"],
                "name": one["name"],
                "known": one["known"],
                "source": one["source"],
                "seconds": one["seconds"],
            }
            for one in speakers
        ],
        "doubts": [
            {
                "start": one["start"],
                "end": one["end"],
                "verdict": one["verdict"],
                "text": one["text"],
                "reasons": one["why"],
                "score": one["score"],
            }
            for one in data.doubts(results) or ()
        ],
        "chapters": [
            {"start": _rounded(row["start"]), "end": _rounded(row["end"]), "title": row["title"]}
            for row in results.rows("chapters", "chapters") or ()
        ],
        "notes": [note.text for note in notes(film)],
    }


def _cues(rows: Iterable[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "start": _rounded(row["start"]),
            "end": _rounded(row["end"]),
            "text": row["text"],
            "speakers": [names.get(speaker, speaker) for speaker in row["speakers"]],
            "flags": list(row["flags"]),
        }
        for row in rows
    ]


def _rounded(value: Any) -> Any:
    """Seconds in milliseconds, as the files have them; other values as they are."""
    return round(value, 3) if isinstance(value, float) else value
