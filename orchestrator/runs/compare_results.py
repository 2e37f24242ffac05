"""Compares two results of one stage from different devices: regions, turns and words.

Regions and turns are compared by a share of time, as in the diarization error rate: the time in which the two
results differ, over the time in which the first has speech. It includes shifts, swapped speakers, missed and
false speech; rounding, which sometimes moves an edge by a frame of 17 ms, stays below the tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEP = 0.01
"""Step of the grid on which intervals are compared, in seconds."""
TIME_TOLERANCE = 0.02
"""Share of time that may differ.

In the reference recording that is one edge in five, moved by a whole frame.
"""
WORD_TOLERANCE = 0.05
"""Seconds by which a word may move; an aligner's frame is 20 ms."""
INTERVALS = ("regions", "turns")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Whether two results agree, and a sentence with the difference and the tolerance."""

    agrees: bool
    reason: str


def compare(reference: Mapping[str, tuple[str, Path]], other: Mapping[str, tuple[str, Path]]) -> Difference:
    """Compare two results, each a mapping of outputs to (kind, file); the first that differs decides.

    Kinds without times (scores, embeddings) are skipped, because turns and regions depend on them.
    """
    from ipc.artifacts import read

    worst = Difference(agrees=True, reason="the results are identical")
    largest = -1.0
    for name, (kind, path) in reference.items():
        if kind not in (*INTERVALS, "words"):
            continue
        ours, theirs = read(path, kind).rows(), read(other[name][1], kind).rows()
        if kind in INTERVALS:
            share = share_of_difference(ours, theirs)
            reason = f"{name}: {share:.1%} of the time differs (tolerance {TIME_TOLERANCE:.0%})"
        else:
            share, reason = _words(ours, theirs, name)
        if share > TIME_TOLERANCE:
            return Difference(agrees=False, reason=reason)
        if share > largest:
            largest, worst = share, Difference(agrees=True, reason=reason)
    return worst


def share_of_difference(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> float:
    """The share of time in which two results differ. Rows have `start`, `end` and, for turns, `speaker`.

    Speakers are compared by label: both results number them in the order in which they appear.
    """
    a, b = _grid(ours), _grid(theirs)
    active = len(a) or len(b)
    return sum(a.get(step) != b.get(step) for step in a.keys() | b.keys()) / active if active else 0.0


def _grid(rows: Sequence[Mapping[str, Any]]) -> dict[int, frozenset[str]]:
    """The active speakers by step of the grid; regions have no speaker and count as one unnamed speaker."""
    active: dict[int, frozenset[str]] = {}
    for row in rows:
        for step in range(round(row["start"] / STEP), round(row["end"] / STEP)):
            active[step] = active.get(step, frozenset()) | {str(row.get("speaker") or "")}
    return active


def _words(
    ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], name: str
) -> tuple[float, str]:
    if [row["text"] for row in ours] != [row["text"] for row in theirs]:
        return 1.0, f"{name} have different text"
    moved = [
        max(abs(a["start"] - b["start"]), abs(a["end"] - b["end"])) for a, b in zip(ours, theirs, strict=True)
    ]
    far = sum(seconds > WORD_TOLERANCE for seconds in moved)
    share = far / len(moved) if moved else 0.0
    limit = f"{WORD_TOLERANCE * 1000:.0f} ms"
    largest = f"at most {max(moved, default=0):.2f} s"
    return (
        share,
        f"{share:.1%} of {name} moved by more than {limit}, {largest} (tolerance {TIME_TOLERANCE:.0%})",
    )
