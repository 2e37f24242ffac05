"""How long a benchmark takes: a guess before it starts, and what is left while it runs."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.bench import spread
from orchestrator.bench.results import Report
from orchestrator.util import text as fmt

START_S = 20.0
SHARE = 0.2
"""A run on two cores: seconds, and a share of the film's length. With more cores it takes less."""


def of(seconds: Sequence[float], subjects: int, repeat: int) -> float:
    """Seconds for films of these lengths, warm-up included, before anything was measured."""
    runs = sum(START_S + SHARE * length for length in seconds) * repeat
    return subjects * (runs + START_S + SHARE * min(seconds, default=0.0))


def left(report: Report, subjects: Sequence[str]) -> str:
    """`; about 4 min left`: the runs that are to come, by what was measured; empty after the last one."""
    missing = 0.0
    for film in report.films:
        for subject in subjects:
            made = sum(run.film == film.name and run.subject == subject for run in report.runs)
            missing += max(0, report.repeat - made) * _expected(report, film.name, film.seconds, subject)
    return f"; about {fmt.remaining(missing)} left" if missing else ""


def _expected(report: Report, film: str, seconds: float, subject: str) -> float:
    """Seconds of one run: as before, or as the longest film before scaled by length, or the guess."""
    if found := spread.of(run.wall_s for run in report.of(film, subject)):
        return found.median
    before = [other for other in report.films if report.of(other.name, subject) and other.seconds]
    if not before:
        return START_S + SHARE * seconds
    longest = max(before, key=lambda other: other.seconds)
    found = spread.of(run.wall_s for run in report.of(longest.name, subject))
    return (found.median if found else START_S) * max(1.0, seconds / longest.seconds)
