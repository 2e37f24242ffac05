"""How far a film's subtitles are to be trusted, in sentences for the end of a run: what is said and not shown, shown and not said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.util import text as fmt

COVERED = 0.9
"""Share of the speech that cues should show: of sixteen recordings with text on every word .93 and more."""
UNSUPPORTED = 0.15
"""Share of what cues show that may have no speech under it: they stay for reading after the last word."""


def sentences(film: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What people should know, and whether somebody should look at it; nothing where there is nothing to say."""
    facts = {stage["stage"]: stage.get("facts") or {} for stage in film["stages"]}
    asr, subtitles = facts.get("asr", {}), facts.get("subtitles", {})
    counts = {
        name: int((asr.get(name) or {}).get("count") or 0)
        for name in ("dropped", "flagged", "recovered", "empty")
    }
    told = list(_told(counts, asr))
    if told:
        where = "; the .json says where and why, under doubts" if subtitles.get("cues") is not None else ""
        yield ", ".join(told) + where, bool(counts["dropped"] or counts["empty"])
    coverage, unsupported = subtitles.get("coverage"), subtitles.get("unsupported")
    if coverage is None or unsupported is None or subtitles.get("cues") == 0:
        return
    poor = coverage < COVERED or unsupported > UNSUPPORTED
    if poor or told:
        yield (
            f"cues show {coverage:.0%} of the speech that is heard, and {unsupported:.0%} of their time has none under it",
            poor,
        )


def _told(counts: Mapping[str, int], asr: Mapping[str, Any]) -> Iterator[str]:
    if counts["dropped"]:
        yield f"left out {fmt.plural(counts['dropped'], 'line')} that nobody said"
    if counts["flagged"]:
        yield f"doubts {fmt.plural(counts['flagged'], 'line')}"
    if counts["recovered"]:
        yield f"heard {fmt.plural(counts['recovered'], 'line')} only at a second look"
    if counts["empty"]:
        seconds = float(asr["empty"].get("seconds") or 0.0)
        yield f"understood nothing in {fmt.plural(counts['empty'], 'place')} where somebody speaks ({seconds:.0f} s)"
    if missed := int((asr.get("second_looks") or {}).get("missed") or 0):
        yield f"{fmt.plural(missed, 'place')} more could do with a second look than a film may have"
