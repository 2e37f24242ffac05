"""What a result is worth keeping, and so which one goes first when the cache is full.

Two hours of decoded audio take 230 MB and are made again in seconds; their transcript takes 0.2 MB and hours.
So a result is worth the seconds of work that it saves, for each byte and each hour since its last use:

    worth = uses * seconds / (bytes * hours unused)

This is the priority of hyperbolic caching (Blankstein, Sen and Freedman, USENIX ATC 2017) with the time since
the last use in place of the time in the cache. GreedyDual-Size-Frequency (Cherkasova 1998) weighs the same
quantities, and ages by a clock that all users would have to share; this needs only what is stored with each
result. Figures on a made-up library: docs/decisions/2026-11-30-one-store-for-many.md.
"""

from __future__ import annotations

_START = 3.0
"""Seconds that a stage takes to start, whatever it then does."""
_FOLDER = 8192
"""Bytes that a result takes on the disk besides its files: its folder, and rounding up to blocks."""
_RECENT = 3600.0
"""Seconds: what was used within an hour is used now, as a film takes about that."""


def of(*, seconds: float, size: int, idle: float, uses: int) -> float:
    """Seconds of work saved, per byte and second unused, by a result of `seconds` of work."""
    return max(1, uses) * (seconds + _START) / ((size + _FOLDER) * max(idle, _RECENT))
