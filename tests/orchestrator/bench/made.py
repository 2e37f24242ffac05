"""Benchmarks as they would be read from a file, for tests."""

from __future__ import annotations

from orchestrator.bench.results import OURS, FilmUsed, Host, Report, RunUse, StageUse, SubjectUsed

HOST = Host(
    summary="linux-x86_64: Toy CPU, 2 cores, 4 GB", platform="linux-x86_64", cpu="Toy CPU", cores=2,
    memory_mb=4096, load=0.1,
)  # fmt: skip


def run(wall, *, film="30s", subject=OURS, asr=None, shots=1.0, memory=500 << 20, **more):
    stages = (
        StageUse(stage="asr", device="cpu", model="base", seconds=asr or wall / 2, cpu_s=wall / 2),
        StageUse(stage="shots", device="cpu", seconds=shots, cpu_s=shots),
    )
    more.setdefault("stages", stages if subject == OURS else ())
    return RunUse(film=film, subject=subject, wall_s=wall, cpu_s=wall * 1.5, peak_memory=memory, **more)


def report(*runs, **more):
    films = tuple(FilmUsed(name=name, seconds=30.0) for name in dict.fromkeys(one.film for one in runs))
    subjects = tuple(
        SubjectUsed(name=name, about="the whole job") for name in dict.fromkeys(one.subject for one in runs)
    )
    facts = {"machine": HOST, "date": "2026-11-29T18:00:00+00:00", "version": "0.1.0", "commit": "abc1234"}
    return Report(**{**facts, "films": films, "subjects": subjects, "runs": runs, "repeat": 3, **more})
