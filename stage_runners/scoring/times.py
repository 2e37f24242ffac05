"""Time errors of matching words, segments and cues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.scoring.text import normal, tokens
from stage_runners.scoring.units import Cue, Unit

Pairs = list[tuple[int, int]]
_NEAR = (0.05, 0.2)
"""Limits in seconds: the share of times within each of them is reported."""


def matches(reference: Sequence[str], hypothesis: Sequence[str]) -> Pairs:
    """Pairs of indices of equal words, in order, by longest common runs (Ratcliff and Obershelp, difflib)."""
    import difflib

    matcher = difflib.SequenceMatcher(None, reference, hypothesis, autojunk=False)
    return [(block.a + k, block.b + k) for block in matcher.get_matching_blocks() for k in range(block.size)]


def word_times(reference: Sequence[Unit], hypothesis: Sequence[Unit]) -> dict[str, Any] | None:
    """Differences between the starts and ends of matching words; None if no word matches.

    Our words without times do not count.
    """
    timed = [word for word in hypothesis if word.timed]
    pairs = matches([normal(word.text) for word in reference], [normal(word.text) for word in timed])
    if not pairs:
        return None
    starts = [timed[b].start - reference[a].start for a, b in pairs]  # type: ignore[operator]
    ends = [timed[b].end - reference[a].end for a, b in pairs]  # type: ignore[operator]
    return {"matched": len(pairs) / len(reference), "of": len(reference), **spread(starts, ends)}


def segment_times(
    reference: Sequence[Unit], hypothesis: Sequence[Unit], language: str
) -> dict[str, Any] | None:
    """Differences between each segment's start and end and our first and last word in it.

    A segment counts if its first or last word matches.
    """
    expected: list[tuple[str, int, bool, bool]] = []
    for at, unit in enumerate(reference):
        words = tokens(unit.text, language)
        expected += [(word, at, k == 0, k == len(words) - 1) for k, word in enumerate(words)]
    timed = [(word, unit) for unit in hypothesis if unit.timed for word in tokens(unit.text, language)]
    starts, ends = [], []
    for a, b in matches([word for word, *_ in expected], [word for word, _ in timed]):
        _, at, begins, closes = expected[a]
        if begins:
            starts.append(timed[b][1].start - reference[at].start)  # type: ignore[operator]
        if closes:
            ends.append(timed[b][1].end - reference[at].end)  # type: ignore[operator]
    if not starts and not ends:
        return None
    share = (len(starts) + len(ends)) / (2 * len(reference))
    return {"matched": share, "of": 2 * len(reference), **spread(starts, ends)}


def cue_times(reference: Sequence[Cue], hypothesis: Sequence[Cue], language: str) -> dict[str, Any] | None:
    """Differences between cues that begin, or end, with the same word.

    `matched` is the share of the reference's cue starts and ends that have a match.
    """
    left, right = _edges(reference, language), _edges(hypothesis, language)
    starts, ends = [], []
    for a, b in matches([word for word, *_ in left], [word for word, *_ in right]):
        (_, begins, closes), (_, ours_begins, ours_closes) = left[a], right[b]
        if begins is not None and ours_begins is not None:
            starts.append(ours_begins - begins)
        if closes is not None and ours_closes is not None:
            ends.append(ours_closes - closes)
    if not starts and not ends:
        return None
    return {
        "matched": (len(starts) + len(ends)) / (2 * len(reference)),
        "of": 2 * len(reference),
        **spread(starts, ends),
    }


def _edges(cues: Sequence[Cue], language: str) -> list[tuple[str, float | None, float | None]]:
    """Every word, with the cue's start if it is the first word and the cue's end if it is the last."""
    edges = []
    for cue in cues:
        words = tokens(" ".join(cue.said), language)
        last = len(words) - 1
        edges += [
            (word, cue.start if not k else None, cue.end if k == last else None)
            for k, word in enumerate(words)
        ]
    return edges


def spread(starts: Sequence[float], ends: Sequence[float]) -> dict[str, Any]:
    """Median, 90th percentile and maximum of absolute differences in ms, and the shares within the limits.

    `later_ms` is the median of the signed differences of starts: positive if ours are later.
    """
    import numpy as np

    apart = np.abs(np.array([*starts, *ends]))
    near = {f"within_{round(limit * 1000)}ms": float((apart <= limit).mean()) for limit in _NEAR}
    return {
        "median_ms": float(np.median(apart)) * 1000,
        "p90_ms": float(np.percentile(apart, 90)) * 1000,
        "worst_ms": float(apart.max()) * 1000,
        **near,
        "later_ms": float(np.median(np.array(starts or ends))) * 1000,
    }
