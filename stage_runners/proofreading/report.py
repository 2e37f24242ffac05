"""What a stage that proposes writes: the table, and facts about what was asked and dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ipc.context import Context


class Proposal(NamedTuple):
    """A row of the table `proposals`: seconds, and texts. `before` is a part of `line`."""

    start: float
    end: float
    before: str
    after: str
    kind: str
    reason: str
    line: str


def save(
    context: Context,
    kept: Sequence[Proposal],
    dropped: Mapping[str, int],
    *,
    failed: int,
    pieces: int,
    lines: int,
) -> None:
    """Write the table in order of time, and report; degraded if parts of the film have no usable answer."""
    context.fact("lines", lines)
    context.fact("proposals", len(kept))
    context.fact("dropped", {why: count for why, count in dropped.items() if count})
    if failed:
        context.degraded(
            f"{failed} of {pieces} parts of the film have no usable answer: nothing is proposed there"
        )
    rows = sorted(kept)
    context.save("proposals", {name: [getattr(row, name) for row in rows] for name in Proposal._fields})
