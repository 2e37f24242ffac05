"""Lists the speakers, and the names that were corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestrator.report.recognised_times import FilmClock
from orchestrator.report.results import Results

_SOURCES = {
    "asked": "named by you",
    "text": "named in the text",
    "title": "named by the title of the track",
    "voice": "recognised by a saved voice",
    "dialogue": "named in the dialogue",
    "none": "not identified",
    "edited": "named in review",
}


def speakers(
    results: Results, turns: Sequence[Sequence[Any]], tracks: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The speakers in order of appearance: name in the subtitles, its source, and seconds of speech."""
    named = {row["speaker"]: row for row in results.rows("naming", "speakers") or ()}
    for label, name in (results.facts("subtitles").get("edits") or {}).get("named", {}).items():
        named[label] = {"speaker": label, "name": name, "confidence": 1.0, "source": "edited", "evidence": []}
    seconds: dict[str, float] = {}
    for start, end, speaker in turns:
        seconds[speaker] = seconds.get(speaker, 0.0) + end - start
    segments = results.rows("attribution", "segments") or ()
    order = dict.fromkeys(row["speaker"] for row in segments if row["speaker"])
    in_cues = (speaker for track in tracks for cue in track["cues"] for speaker in cue["speakers"])
    order |= dict.fromkeys([*in_cues, *seconds])
    rows = []
    for number, speaker in enumerate(order, 1):
        row = named.get(speaker)
        rows.append(
            {
                "id": speaker,
                "name": (row and row["name"]) or f"Speaker {number}",
                "known": bool(row and row["name"]),
                "source": _SOURCES.get(row["source"], row["source"]) if row else "",
                "confidence": round(row["confidence"], 2) if row and row["name"] else None,
                "evidence": list(row["evidence"]) if row else [],
                "seconds": round(seconds.get(speaker, 0.0), 1),
            }
        )
    return rows


def names(results: Results) -> list[dict[str, Any]]:
    """Corrected words in order of time: by re-transcription with hints, existing subtitles, and sound."""
    bias = results.facts("asr").get("bias") or {}
    pieces = results.rows("untangling", "pieces")
    unknown = pieces is None and bool(results.stages("untangling"))
    clock = FilmClock(pieces)
    corrected = [
        {
            "start": None if unknown else clock.film(float(one["start"])),
            "before": one["from"],
            "after": one["to"],
            "applied": kind == "changed",
            "why": ["re-transcribed with name hints"],
        }
        for kind in ("changed", "undone")
        for one in bias.get(kind, ())
    ]
    corrected += [
        {
            "start": row["start"],
            "before": row["before"],
            "after": row["after"],
            "applied": row["applied"],
            "why": list(row["evidence"]),
        }
        for stage in ("existing_subtitles", "post_ner")
        for row in results.rows(stage, "corrections") or ()
    ]
    return sorted(corrected, key=lambda one: one["start"] if one["start"] is not None else -1.0)
