"""The changes that a model proposed in a run, by track, and the cues that they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipc import proposals
from ipc.intervals import Overlapping
from orchestrator.report.results import Results

FLAG = "proposed"
"""The flag of a cue for which a change is proposed."""
_STAGES = ("proofreading", "translation_review")


def of_film(results: Results) -> list[dict[str, Any]]:
    """Every proposal in order of its track and time; that for the source language has the empty track."""
    return [
        {
            "track": stage.partition("-")[2],
            "start": round(float(row["start"]), 3),
            "end": round(float(row["end"]), 3),
            "before": row["before"],
            "after": row["after"],
            "kind": proposals.KINDS.get(row["kind"], row["kind"]),
            "reason": row["reason"],
        }
        for base in _STAGES
        for stage in results.stages(base)
        for row in results.rows(stage, "proposals", f"proposals of {stage}") or ()
    ]


def flag(tracks: Sequence[Mapping[str, Any]], proposed: Sequence[Mapping[str, Any]]) -> None:
    """Flag the cues that a proposal fits, and add its reason; they are to be reviewed."""
    from orchestrator.report import need

    for track in tracks:
        cues = track["cues"]
        by_time = Overlapping((cue["start"], cue["end"]) for cue in cues)
        for one in (one for one in proposed if one["track"] == track["id"]):
            near = by_time.with_part_of(one["start"] - proposals.NEAR_S, one["end"] + proposals.NEAR_S)
            places = (cues[k] for k in near if proposals.fit(cues[k]["text"], one["before"], one["after"]))
            cue = next(places, None)
            if cue is None:
                continue
            why = ": ".join(filter(None, (f"proposed ({one['kind']})", one["reason"])))
            if FLAG not in cue["flags"]:
                cue["flags"].append(FLAG)
                cue["need"] = need.raised(cue["need"], FLAG)
            cue["why"].append(why)
