"""Measures the cues of each language, and counts those that break the layout's rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipc import cue_rules
from ipc.cue_rules import CueLimits, milliseconds
from ipc.intervals import Coverage, Overlapping, starting_within
from ipc.speaker_labels import SpeakerLabels, shown_lines
from orchestrator.report import need
from orchestrator.report.results import Results, Row
from orchestrator.stages.catalog import STAGES

DOUBTFUL_WORD = 0.5
"""Words of a lower probability are marked in their cue."""
_SAME_S = 0.0015
"""Seconds: times are written in milliseconds."""


@dataclass(frozen=True)
class TrackBasis:
    """What a track is measured against: speech, recognised words, and doubtful lines; None if missing.

    `beneath` marks a translation, which is measured against the source speech at its times. Its confidence is
    that of its source.
    """

    speech: Coverage | None
    words: Sequence[Row] | None
    doubts: Sequence[Row] | None
    frame_rate: float = 0.0
    beneath: bool = False


def of_film(results: Results, basis: TrackBasis) -> list[dict[str, Any]]:
    """A track for each language with cues, the source language first."""
    return [track for stage in results.stages("subtitles") if (track := _track(stage, results, basis))]


def _track(stage: str, results: Results, basis: TrackBasis) -> dict[str, Any] | None:
    code = stage.partition("-")[2]
    table = results.artifact(stage, "cues", f"cues in {code}" if code else "cues")
    manifest = results.manifest(stage)
    if table is None or manifest is None:
        return None
    language = str(table.content["language"])
    limits = limits_of(manifest.ingredients, language, basis.frame_rate)
    own = dataclasses.replace(basis, beneath=bool(code))
    facts = results.facts(stage)
    labels = SpeakerLabels(**(facts.get("labels") or {}))
    shown = [*_shown(table.rows(), labels, limits)]
    cues = [*_cues(table.rows(), shown, own, limits)]
    base = results.rows(stage, "base_cues")
    if base is not None:
        _mark_edited(cues, base)
    return {
        "id": code,
        "language": language,
        "translated": bool(code),
        "limits": cue_rules.as_data(limits),
        "labels": {"form": labels.form, "room": labels.room, "every": labels.every} if labels.of else None,
        "cues": cues,
        "rules": rules(cues, shown, limits),
        "coverage": facts.get("coverage"),
        "unsupported": facts.get("unsupported"),
        "confidence": _mean([cue["confidence"] for cue in cues if cue["confidence"] is not None]),
    }


def limits_of(params: Mapping[str, Any], language: str, frame_rate: float = 0.0) -> CueLimits:
    """The limits of cues in `language`, by those parameters of `subtitles` that a run was given."""
    return cue_rules.limits_of({**STAGES["subtitles"].defaults(), **params}, language, frame_rate)


def _shown(rows: Sequence[Row], labels: SpeakerLabels, limits: CueLimits) -> Iterator[list[str]]:
    """The lines of each cue with the labels that viewers read."""
    last: str | None = None
    for row in rows:
        speakers = list(row["speakers"])
        yield shown_lines(row["text"], speakers, last, labels, limits)
        if need.SOUND not in row["flags"]:
            last = speakers[-1] if speakers else None


def _cues(
    rows: Sequence[Row], shown: Sequence[Sequence[str]], basis: TrackBasis, limits: CueLimits
) -> Iterator[dict[str, Any]]:
    words = [w for w in basis.words or () if w["start"] is not None and w["probability"] is not None]
    starts = [float(w["start"]) for w in words]
    flagged = [
        one for one in basis.doubts or () if one["verdict"] == "flagged" and one["segment"] is not None
    ]
    doubtful = Overlapping((float(one["start"]), float(one["end"])) for one in flagged)
    for row, lines in zip(rows, shown, strict=True):
        start, end = float(row["start"]), float(row["end"])
        # Edited text is not doubted because of the recognised text.
        edited = "edited" in row["flags"]
        near = [] if edited else [words[k] for k in starting_within(starts, start - 0.05, end)]
        own = [word for word in near if basis.beneath or word["segment"] in row["segments"]]
        speech = None if basis.speech is None else basis.speech.share(start, end)
        confidence = _mean([float(word["probability"]) for word in own])
        cps = cue_rules.cps(lines, milliseconds(start, end))
        doubts = [
            (float(doubt["score"]), why)
            for doubt in ([] if edited else [flagged[k] for k in doubtful.with_part_of(start, end)])
            if basis.beneath or doubt["segment"] in row["segments"]
            for why in doubt["reasons"]
        ]
        measured = need.Measured(
            cps, limits.cps, None if edited else speech, confidence, doubts, basis.beneath
        )
        score, why = need.of_cue(row["flags"], measured)
        yield {
            "id": row["index"],
            "start": round(start, 3),
            "end": round(end, 3),
            "text": row["text"],
            "speakers": row["speakers"],
            "flags": _flags(row["flags"], measured),
            "need": score,
            "why": why,
            "cps": round(cps, 1),
            "confidence": None if confidence is None else round(confidence, 2),
            "speech": None if speech is None else round(speech, 2),
            "unsure": [] if basis.beneath else _unsure(row["text"], own),
            "base": None,
        }


def _flags(flags: Sequence[str], measured: need.Measured) -> list[str]:
    """The cue's flags, including those that only the report can set."""
    all_flags = list(flags)
    if measured.speech is not None and measured.speech < need.SILENT and need.SOUND not in flags:
        all_flags.append("no_speech")
    if measured.confidence is not None and measured.confidence < need.UNSURE:
        all_flags.append("unsure")
    if measured.doubts:
        all_flags.append("doubtful")
    return list(dict.fromkeys(all_flags))


def _unsure(text: str, words: Sequence[Row]) -> list[list[int]]:
    """Parts of the text, as [from, to], with low-confidence words."""
    spans: list[list[int]] = []
    at = 0
    for word in words:
        place = text.find(word["text"], at)
        if place < 0:
            continue
        at = place + len(word["text"])
        if word["probability"] < DOUBTFUL_WORD:
            spans.append([place, at])
    return spans


def _mark_edited(cues: Sequence[dict[str, Any]], base: Sequence[Row]) -> None:
    """Add to each edited cue the cues that it replaced."""
    by_time = Overlapping((float(row["start"]), float(row["end"])) for row in base)
    for cue in cues:
        before = [base[k] for k in by_time.with_part_of(cue["start"], cue["end"])]
        same = any(
            abs(row["start"] - cue["start"]) < _SAME_S
            and abs(row["end"] - cue["end"]) < _SAME_S
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


def rules(
    cues: Sequence[Mapping[str, Any]], shown: Sequence[Sequence[str]], limits: CueLimits
) -> list[dict[str, Any]]:
    """Each rule of the layout: its limit in words, the share of compliant cues, and the ids of the others.

    `shown` are the lines of each cue with labels. A cue breaks a rule if its measurements do, or if the stage
    flagged it, because the stage knows how long the words of a cue are spoken.
    """
    words = {
        cue_rules.TOO_FAST: ("reading speed", f"{limits.cps:g} characters per second"),
        cue_rules.WIDE: ("line length", f"{limits.width} characters"),
        cue_rules.LINES: ("lines per cue", f"{limits.lines}"),
        cue_rules.TOO_SHORT: ("minimum duration", f"{limits.min_ms / 1000:.2f} s"),
        cue_rules.TOO_LONG: ("maximum duration", f"{limits.max_ms / 1000:g} s"),
        cue_rules.GAP: ("gap between cues", f"{limits.gap_ms:.0f} ms"),
    }
    ids: dict[str, list[int]] = {rule: [] for rule in words}
    before: float | None = None
    for cue, lines in zip(cues, shown, strict=True):
        wrong = {
            *cue_rules.broken(lines, milliseconds(cue["start"], cue["end"]), limits),
            *cue["flags"],
        }
        if before is not None and cue_rules.broken_between(milliseconds(before, cue["start"]), limits):
            wrong.add(cue_rules.GAP)
        for rule in wrong & ids.keys():
            ids[rule].append(cue["id"])
        before = cue["end"]
    return [
        {
            "flag": rule,
            "name": name,
            "limit": limit,
            "share": round(1 - len(ids[rule]) / len(cues), 4) if cues else None,
            "broken": ids[rule],
        }
        for rule, (name, limit) in words.items()
    ]


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None
