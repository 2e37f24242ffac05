"""How far two results of one stage are apart: its regions, turns and words as another device gave them.

The figure is a share of time, as in a diarization error rate: how long the two do not say the same, over how long the first says
anything. A constant shift, swapped names, lost and invented speech all end up in it; rounding, which moves an edge by a frame
of 17 ms now and then, does not reach it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEP = 0.01
"""Seconds of the grid on which intervals are compared."""
TIME_TOLERANCE = 0.02
"""Share of time that may differ: one edge in five of our reference by a whole frame."""
WORD_TOLERANCE = 0.05
"""Seconds by which a word may move; a frame of an aligner is 20 ms."""
INTERVALS = ("regions", "turns")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`agrees`, and a sentence that gives the figure and what was allowed."""

    agrees: bool
    said: str


def compare(reference: Mapping[str, tuple[str, Path]], other: Mapping[str, tuple[str, Path]]) -> Difference:
    """Compare two results, each a mapping of output names to (kind, file); the first output that differs decides.

    Kinds without times (scores, embeddings) are left out: what they are for shows in turns and regions. Values that are no
    numbers never get here, reading refuses them.
    """
    from ipc.artifacts import read

    worst = Difference(agrees=True, said="it gives the same")
    largest = -1.0
    for name, (kind, path) in reference.items():
        if kind not in (*INTERVALS, "words"):
            continue
        ours, theirs = read(path, kind).rows(), read(other[name][1], kind).rows()
        if kind in INTERVALS:
            share = apart(ours, theirs)
            said = f"its {name} differ in {share:.1%} of the time ({TIME_TOLERANCE:.0%} is allowed)"
        else:
            share, said = _words(ours, theirs, name)
        if share > TIME_TOLERANCE:
            return Difference(agrees=False, said=said)
        if share > largest:
            largest, worst = share, Difference(agrees=True, said=said)
    return worst


def apart(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> float:
    """Share of time in which rows (`start`, `end`, perhaps `speaker`) of two results do not say the same.

    Speakers are compared by name: both results name them in the order in which they appear.
    """
    a, b = _grid(ours), _grid(theirs)
    said = len(a) or len(b)
    return sum(a.get(step) != b.get(step) for step in a.keys() | b.keys()) / said if said else 0.0


def _grid(rows: Sequence[Mapping[str, Any]]) -> dict[int, frozenset[str]]:
    """Who is active in each step that anybody is active in; a region without a speaker is one nameless speaker."""
    active: dict[int, frozenset[str]] = {}
    for row in rows:
        for step in range(round(row["start"] / STEP), round(row["end"] / STEP)):
            active[step] = active.get(step, frozenset()) | {str(row.get("speaker") or "")}
    return active


def _words(
    ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], name: str
) -> tuple[float, str]:
    if [row["text"] for row in ours] != [row["text"] for row in theirs]:
        return 1.0, f"its {name} are others"
    moved = [
        max(abs(a["start"] - b["start"]), abs(a["end"] - b["end"])) for a, b in zip(ours, theirs, strict=True)
    ]
    far = sum(seconds > WORD_TOLERANCE for seconds in moved)
    share = far / len(moved) if moved else 0.0
    allowed = f"{TIME_TOLERANCE:.0%} may move by more than {WORD_TOLERANCE * 1000:.0f} ms"
    return (
        share,
        f"{share:.1%} of its {name} have other times, by up to {max(moved, default=0):.2f} s ({allowed})",
    )
