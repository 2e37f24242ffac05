"""Runs every subject on every film, in turn, and keeps what was measured.

The subjects alternate, so that a machine that gets warmer or busier slows all of them. Before, each runs once
on the shortest film; that run is discarded, because it reads packages and models from the disk and makes what
is made once (checks of devices, hashes of models). A subject that fails there is left out, with the reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.bench import agreement, estimate, host
from orchestrator.bench.program import Program
from orchestrator.bench.results import CPU, OURS, FilmUsed, Report, RunUse, SubjectUsed
from orchestrator.bench.subject import Bench, Facts, Subject
from orchestrator.util import text as fmt

_SAME_S = 1.0
"""Seconds by which the length of a film may differ from what was asked for."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Film:
    """A film on the disk, and what is recorded of it."""

    path: Path
    used: FilmUsed


def measure(
    report: Report,
    films: Sequence[Film],
    subjects: Sequence[Subject],
    bench: Bench,
    *,
    cpu_too: bool,
    tell: Tell,
) -> Report:
    """The report with all runs; with those made so far, and `interrupted`, if the user stops it.

    `cpu_too` adds our program on the CPU if our first run uses an accelerator. `tell` gets a line for each
    run.
    """
    report = dataclasses.replace(report, films=tuple(film.used for film in films))
    try:
        report, ready = _warmed_up(report, films[0], subjects, bench, cpu_too=cpu_too, tell=tell)
        for film in films:
            for turn in range(1, report.repeat + 1):
                for subject in ready:
                    run = _run(subject, film, bench)
                    report = _with(report, run, film)
                    left = estimate.left(report, [one.name for one in ready])
                    tell(
                        f"{film.used.name}, run {turn} of {report.repeat}: {subject.name} {_said(run)}{left}"
                    )
                report = agreement.added(report, film.used.name, ready, bench)
    except KeyboardInterrupt:
        return dataclasses.replace(report, interrupted=True)
    return report


def _warmed_up(
    report: Report, film: Film, subjects: Sequence[Subject], bench: Bench, *, cpu_too: bool, tell: Tell
) -> tuple[Report, list[Subject]]:
    """The report with every subject, and those that can run."""
    ready: list[Subject] = []
    facts = Facts()
    waiting = list(subjects)
    while waiting:
        subject = waiting.pop(0)
        why = subject.missing(facts)
        if not why:
            run = _run(subject, film, bench)
            why = run.error
            tell(f"{film.used.name}, warm-up: {subject.name} {_said(run)}")
            if subject.name == OURS:
                facts = _facts(run, bench)
                if cpu_too and set(facts.devices) - {"cpu", ""}:
                    waiting.insert(0, Program(CPU, options=("--device", "cpu")))
        else:
            tell(f"{subject.name} cannot run here: {why}")
        if not why:
            ready.append(subject)
        used = SubjectUsed(name=subject.name, about=subject.about, version=subject.version(), missing=why)
        report = dataclasses.replace(report, subjects=(*report.subjects, used))
    return report, ready


def _facts(run: RunUse, bench: Bench) -> Facts:
    asr = next((stage for stage in run.stages if stage.stage == "asr"), None)
    words = [*bench.options, ""]
    threads = words[words.index("--threads") + 1] if "--threads" in words else ""
    return Facts(
        model=asr.model if asr else "",
        language=run.language,
        devices=tuple(dict.fromkeys(stage.device for stage in run.stages)),
        threads=int(threads) if threads.isdigit() else 0,
    )


def _run(subject: Subject, film: Film, bench: Bench) -> RunUse:
    load = host.load()
    run = subject.run(film.path, bench)
    return dataclasses.replace(run, load=load)


def _with(report: Report, run: RunUse, film: Film) -> Report:
    """The report with a run, and the length of what it read: of a user's film, or of a clip."""
    films = report.films
    if run.film_seconds and abs(run.film_seconds - film.used.seconds) > _SAME_S:
        films = tuple(
            dataclasses.replace(one, seconds=run.film_seconds) if one.name == film.used.name else one
            for one in films
        )
    return dataclasses.replace(report, runs=(*report.runs, run), films=films)


def _said(run: RunUse) -> str:
    if run.error:
        return f"failed: {run.error}"
    return f"{fmt.duration(run.wall_s)}, {run.cpu_s:.1f} CPU s, {fmt.size(run.peak_memory)}"
