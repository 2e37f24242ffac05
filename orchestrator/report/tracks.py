"""The cues of each language, with what is known of each, and how many keep the rules that they were laid out by."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.report import need
from orchestrator.report.results import Results, Row
from orchestrator.report.spans import Spans, around
from orchestrator.stages.catalog import STAGES

DOUBTFUL_WORD = 0.5
"""A word of a lower probability is marked in its cue."""
_SLACK = 0.0015
"""Seconds: times are written in milliseconds."""
_HUNDREDTH = 0.0101
"""Seconds that a gap of whole frames may lack: ASS has times in hundredths, and all formats are to have the same."""


@dataclass(frozen=True)
class Heard:
    """What a track is measured by: speech, the words that were recognised, and the doubts of recognition; None where they are not there.

    A track `beneath` which they were spoken is a translation: it is no surer than what it was made from.
    """

    speech: Spans | None
    words: Sequence[Row] | None
    doubts: Sequence[Row] | None
    frame_rate: float = 0.0
    beneath: bool = False


def of_film(results: Results, heard: Heard) -> list[dict[str, Any]]:
    """A track for each language that cues were made in, the one that is spoken first."""
    return [track for stage in results.stages("subtitles") if (track := _track(stage, results, heard))]


def _track(stage: str, results: Results, heard: Heard) -> dict[str, Any] | None:
    code = stage.partition("-")[2]
    table = results.artifact(stage, "cues", f"cues in {code}" if code else "cues")
    manifest = results.manifest(stage)
    if table is None or manifest is None:
        return None
    language = str(table.content["language"])
    limits = limits_of(manifest.ingredients, language, heard.frame_rate)
    own = dataclasses.replace(heard, beneath=bool(code))
    cues = [*_cues(table.rows(), own, limits)]
    base = results.rows(stage, "base_cues")
    if base is not None:
        _mark_edited(cues, base)
    facts = results.facts(stage)
    return {
        "id": code,
        "language": language,
        "translated": bool(code),
        "limits": limits,
        "cues": cues,
        "rules": rules(cues, limits),
        "coverage": facts.get("coverage"),
        "unsupported": facts.get("unsupported"),
        "confidence": _mean([cue["confidence"] for cue in cues if cue["confidence"] is not None]),
    }


def limits_of(params: Mapping[str, Any], language: str, frame_rate: float = 0.0) -> dict[str, Any]:
    """The limits of cues in `language`, by the parameters of `subtitles`: characters, characters a second, seconds."""
    asked = {**STAGES["subtitles"].defaults(), **params}
    width = (asked.get("line_widths") or {}).get(language, asked["max_line_width"])
    speed = (asked.get("reading_speeds") or {}).get(language, asked["max_cps"])
    frames = float(asked.get("gap_frames") or 0) / frame_rate if frame_rate else 0.0
    return {
        "width": int(width),
        "lines": int(asked["max_line_count"]),
        "cps": float(speed),
        "min": float(asked["min_duration"]),
        "max": float(asked["max_duration"]),
        "gap": max(float(asked["min_gap"]), frames),
    }


def _cues(rows: Sequence[Row], heard: Heard, limits: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    words = [w for w in heard.words or () if w["start"] is not None and w["probability"] is not None]
    starts = [float(w["start"]) for w in words]
    flagged = [
        one for one in heard.doubts or () if one["verdict"] == "flagged" and one["segment"] is not None
    ]
    doubtful = [float(one["start"]) for one in flagged]
    longest = max((float(one["end"]) - float(one["start"]) for one in flagged), default=0.0)
    for row in rows:
        start, end = float(row["start"]), float(row["end"])
        # What a person wrote is not to be doubted for what the machine heard there.
        looked = "edited" in row["flags"]
        near = [] if looked else [words[k] for k in around(starts, start - 0.05, end)]
        own = [word for word in near if heard.beneath or word["segment"] in row["segments"]]
        speech = None if heard.speech is None else heard.speech.share(start, end)
        confidence = _mean([float(word["probability"]) for word in own])
        cps = len(row["text"].replace("\n", "")) / (end - start) if end > start else 0.0
        doubts = [
            (float(doubt["score"]), why)
            for doubt in ([] if looked else [flagged[k] for k in around(doubtful, start - longest, end)])
            if doubt["end"] > start and (heard.beneath or doubt["segment"] in row["segments"])
            for why in doubt["reasons"]
        ]
        known = need.Measured(
            cps, limits["cps"], None if looked else speech, confidence, doubts, heard.beneath
        )
        score, why = need.of_cue(row["flags"], known)
        yield {
            "id": row["index"],
            "start": round(start, 3),
            "end": round(end, 3),
            "text": row["text"],
            "speakers": row["speakers"],
            "flags": _flags(row["flags"], known),
            "need": score,
            "why": why,
            "cps": round(cps, 1),
            "confidence": None if confidence is None else round(confidence, 2),
            "speech": None if speech is None else round(speech, 2),
            "unsure": [] if heard.beneath else _unsure(row["text"], own),
            "base": None,
        }


def _flags(flags: Sequence[str], known: need.Measured) -> list[str]:
    """The cue's flags, and those that only the report can give."""
    found = list(flags)
    if known.speech is not None and known.speech < need.SILENT and need.SOUND not in flags:
        found.append("no_speech")
    if known.confidence is not None and known.confidence < need.UNSURE:
        found.append("unsure")
    if known.doubts:
        found.append("doubtful")
    return list(dict.fromkeys(found))


def _unsure(text: str, words: Sequence[Row]) -> list[list[int]]:
    """Stretches of the text, as [from, to], that doubtful words stand in."""
    found, at = [], 0
    for word in words:
        place = text.find(word["text"], at)
        if place < 0:
            continue
        at = place + len(word["text"])
        if word["probability"] < DOUBTFUL_WORD:
            found.append([place, at])
    return found


def _mark_edited(cues: Sequence[dict[str, Any]], base: Sequence[Row]) -> None:
    """Give each cue that is not as it was made the cues that stood there before."""
    starts = [float(row["start"]) for row in base]
    longest = max((float(row["end"]) - float(row["start"]) for row in base), default=0.0)
    for cue in cues:
        near = (base[k] for k in around(starts, cue["start"] - longest, cue["end"]))
        before = [row for row in near if float(row["end"]) > cue["start"]]
        same = any(
            abs(row["start"] - cue["start"]) < _SLACK
            and abs(row["end"] - cue["end"]) < _SLACK
            and row["text"] == cue["text"]
            and list(row["speakers"]) == list(cue["speakers"])
            for row in before
        )
        if not same:
            cue["base"] = [
                {"start": round(float(r["start"]), 3), "end": round(float(r["end"]), 3), "text": r["text"],
                 "speakers": r["speakers"]}
                for r in before
            ]  # fmt: skip


def rules(cues: Sequence[Mapping[str, Any]], limits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each rule of the layout with its limit in words, the share of cues that keep it, and the ids of those that break it."""
    kept: dict[str, tuple[str, list[int]]] = {
        "reading speed": (f"{limits['cps']:g} characters a second", []),
        "line length": (f"{limits['width']} characters", []),
        "lines": (f"{limits['lines']} at most", []),
        "shortest": (f"{limits['min']:.2f} s", []),
        "longest": (f"{limits['max']:g} s", []),
        "gap": (f"{limits['gap'] * 1000:.0f} ms", []),
    }
    before = None
    for cue in cues:
        seconds, lines = cue["end"] - cue["start"], cue["text"].split("\n")
        broken = {
            "reading speed": cue["cps"] > limits["cps"] + 0.05,
            "line length": max(map(len, lines)) > limits["width"],
            "lines": len(lines) > limits["lines"],
            "shortest": seconds < limits["min"] - _SLACK,
            "longest": seconds > limits["max"] + _SLACK,
            "gap": before is not None and cue["start"] - before < limits["gap"] - _HUNDREDTH,
        }
        for name, wrong in broken.items():
            if wrong:
                kept[name][1].append(cue["id"])
        before = cue["end"]
    total = len(cues)
    return [
        {
            "name": name,
            "limit": limit,
            "share": round(1 - len(ids) / total, 4) if total else None,
            "broken": ids,
        }
        for name, (limit, ids) in kept.items()
    ]


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None
