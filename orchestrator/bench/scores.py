"""The table of scores: a row for each recording, all together in the last, and the change since before.

Pooled: errors over all words or characters, seconds of error over all seconds of speech, compliant cues over
all cues. Word times are a mean of the recordings' medians, by their words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.bench.accuracy import Accuracy, Scored
from orchestrator.bench.tables import Table

POOLED = "all"


@dataclass(frozen=True)
class Metric:
    """A column: its score, the part of it that is shown and the part that weighs it when pooled.

    `better` is -1 if less is better, and 1 if more is. `unit` is `%` or `ms`.
    """

    title: str
    score: str
    part: str
    weight: str
    better: int = -1
    unit: str = "%"


METRICS = (
    Metric("WER", "wer", "rate", "of"),
    Metric("CER", "cer", "rate", "of"),
    Metric("DER", "der", "rate", "of_s"),
    Metric("DER, collar 0.25 s", "der_025", "rate", "of_s"),
    Metric("word times", "word_times", "median_ms", "of", unit="ms"),
    Metric("compliant cues", "rules", "clean", "cues", better=1),
    Metric("but for speed", "rules", "fair", "cues", better=1),
)
_SMALLEST = {"%": 0.0005, "ms": 0.5}
"""Changes below this are not shown: they round to nothing."""


def value(one: Scored, metric: Metric) -> tuple[float, float] | None:
    """A recording's figure and its weight; None if it has none."""
    score = one.scores.get(metric.score)
    if metric.score == "rules":
        score = (score or {}).get("ours")
    if not isinstance(score, Mapping) or not score.get(metric.weight):
        return None
    return float(score[metric.part]), float(score[metric.weight])


def pooled(recordings: Sequence[Scored], metric: Metric) -> float | None:
    """The figure of all recordings that have one."""
    found = [pair for pair in (value(one, metric) for one in recordings) if pair]
    weight = sum(one for _, one in found)
    return sum(figure * one for figure, one in found) / weight if weight else None


def table(now: Accuracy, before: Accuracy | None) -> Table:
    """Rows of recordings and of all of them; with the change since `before` in each cell that changed."""
    old = {one.name: one for one in before.recordings} if before else {}
    rows = [_row(one, old.get(one.name)) for one in now.recordings]
    both = _scored_twice(now, old)
    cells = [POOLED, ""]
    for metric in METRICS:
        new, was = pooled(both, metric), pooled([old[one.name] for one in both], metric)
        cells.append(_cell(pooled(now.recordings, metric), _change(new, was), metric))
    rows.append((*cells, _right(now.recordings), ""))
    headings = ("recording", "language", *(metric.title for metric in METRICS), "speakers", "note")
    return Table(title="Accuracy", headings=headings, rows=tuple(rows), left=2, note=True)


def worse(now: Accuracy, before: Accuracy, limit: float) -> Iterator[str]:
    """What got worse by more than `limit`: a share of words, speech or cues, of all recordings together."""
    old = {one.name: one for one in before.recordings}
    both = _scored_twice(now, old)
    for metric in (metric for metric in METRICS if metric.unit == "%"):
        new, was = pooled(both, metric), pooled([old[one.name] for one in both], metric)
        if new is not None and was is not None and (was - new) * metric.better > limit:
            yield f"{metric.title} of all recordings: {was:.1%} before, {new:.1%} now"
    for one in now.recordings:
        if one.error and one.name in old and not old[one.name].error:
            yield f"{one.name} could be scored before: {one.error}"


def _scored_twice(now: Accuracy, old: Mapping[str, Scored]) -> list[Scored]:
    """The recordings that have scores now and before: only these tell what changed."""
    return [one for one in now.recordings if one.name in old and not one.error and not old[one.name].error]


def remarks(now: Accuracy, before: Accuracy | None) -> Iterator[str]:
    """Lines below the table."""
    if now.interrupted:
        yield "interrupted: the table holds what was scored until then"
    if before is None:
        yield "nothing to compare with: this folder was not scored before"
    else:
        yield f"in brackets: the change since {before.date[:16].replace('T', ' ')}, version {before.version}"
        if before.options != now.options:
            yield f"which had other options: {' '.join(before.options) or 'none'}"
        names = {one.name for one in now.recordings}
        if {one.name for one in before.recordings} != names:
            yield "and other recordings: the change of all is that of those in both"
    for one in now.recordings:
        yield from (f"{one.name}: {note}" for note in one.notes)


def _row(one: Scored, old: Scored | None) -> tuple[str, ...]:
    if one.error:
        return (one.name, one.language, *[""] * (len(METRICS) + 1), f"failed: {one.error}")
    cells = [one.name, one.language]
    for metric in METRICS:
        now, was = value(one, metric), value(old, metric) if old else None
        change = _change(now[0] if now else None, was[0] if was else None)
        cells.append(_cell(now[0] if now else None, change, metric))
    return (*cells, _speakers(one), _silent(one))


def _change(now: float | None, was: float | None) -> float | None:
    return None if now is None or was is None else now - was


def _cell(now: float | None, change: float | None, metric: Metric) -> str:
    if now is None:
        return ""
    figure = f"{now:.1%}" if metric.unit == "%" else f"{now:.0f} ms"
    if change is None or abs(change) < _SMALLEST[metric.unit]:
        return figure
    return f"{figure} ({f'{change * 100:+.1f}' if metric.unit == '%' else f'{change:+.0f}'})"


def _speakers(one: Scored) -> str:
    found: Mapping[str, Any] = one.scores.get("speakers") or {}
    return f"{found['found']} of {found['true']}" if found else ""


def _silent(one: Scored) -> str:
    found = one.scores.get("silent_words")
    return f"{found['count']} words, nobody speaks" if found else ""


def _right(recordings: Sequence[Scored]) -> str:
    pairs = [one.scores["speakers"] for one in recordings if "speakers" in one.scores]
    return f"{sum(one['found'] == one['true'] for one in pairs)} of {len(pairs)} right" if pairs else ""
