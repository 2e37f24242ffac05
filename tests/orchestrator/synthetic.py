"""Runs made of events alone: what the scheduler would tell, without a scheduler."""

from __future__ import annotations

from pathlib import Path

from orchestrator.run_state.events import (
    FileWritten,
    RunEnded,
    RunInterrupted,
    RunStarted,
    StepDone,
    StepFailed,
    StepFellBack,
    StepLog,
    StepMemory,
    StepProgress,
    StepRetried,
    StepRunning,
    StepSkipped,
    StepStarting,
)
from orchestrator.run_state.reducer import reduce
from orchestrator.run_state.states import Failure, FileOutput, FilmState, RunState, StepState
from orchestrator.stages.catalog import STAGES

START = 1_790_000_000.0
FILM_SECONDS = 7293.0
TOKEN = "hf_" + "S3cretS3cret"


def film(title="Pather Panchali (1955).mkv"):
    steps = tuple(
        StepState(
            name=stage.name,
            status="off" if stage.off else "waiting",
            reason=stage.off,
            waits_for=tuple(name for name in stage.upstream() if not STAGES[name].off),
            env="" if stage.off else stage.on_cpu().env,
            device="" if stage.off else "cpu",
        )
        for stage in STAGES.values()
    )
    return FilmState(path=Path("/films") / title, title=title, digest="d" * 64, steps=steps)


def run(*, cached=(), degraded=None, failing="", fallback="", films=1, interrupted_at="", seconds=60.0):
    """Yield the events of a run in which each stage takes `seconds`; diarization and asr run side by side."""
    now = START
    yield RunStarted(
        time=now, films=tuple(film(f"Film {i + 1}.mkv") if films > 1 else film() for i in range(films))
    )
    for index in range(films):
        broken = set()
        for name, stage in STAGES.items():
            if stage.off:
                continue
            who = {"film": index, "step": name}
            if broken & set(stage.upstream()):
                broken.add(name)
                yield StepSkipped(time=now, reason=f"{failing} failed", **who)
                continue
            if name == interrupted_at:
                yield RunInterrupted(time=now, signal="SIGINT")
                yield RunEnded(time=now + 1)
                return
            if name in cached:
                yield done(now, who, stage, cached=True, seconds=0.0)
                continue
            if name == "asr":
                now -= seconds  # began together with diarization
            yield StepStarting(
                time=now,
                env=stage.on_cpu().env,
                device="cpu",
                runner=stage.on_cpu().runner,
                model=model(name),
                threads=2,
                reason="first time",
                **who,
            )
            yield StepRunning(time=now, load_seconds=2.5, **who)
            if name == fallback:
                yield StepRetried(time=now, reason="the process died of signal 9", **who)
                yield StepRunning(time=now, load_seconds=2.5, **who)
                yield StepFellBack(time=now, note="batch 16 -> 8: the memory of cuda is full", **who)
            for tick in range(1, 11):
                at = now + tick * seconds / 10
                yield StepProgress(
                    time=at,
                    phase="working",
                    done=FILM_SECONDS * tick / 10,
                    total=FILM_SECONDS,
                    unit="s",
                    **who,
                )
                yield StepMemory(time=at, rss=tick * 10**8, peak_rss=tick * 10**8, vram=0, **who)
                yield StepLog(
                    time=at, level="info", message=f"\x1b[31mwindow {tick} of 10\r\n" + "x" * 300, **who
                )
                if name == failing and tick == 6:
                    break
            now += seconds
            if name == failing:
                broken.add(name)
                yield StepFailed(
                    time=now,
                    error=Failure(
                        category="input",
                        message=f"no audio in it: {TOKEN}",
                        hint="give a film with sound",
                        log="/runs/x/logs/asr.stderr",
                    ),
                    **who,
                )
            else:
                yield done(now, who, stage, seconds=seconds, degraded=(degraded or {}).get(name, ()))
        if not broken:
            srt = FileOutput(
                name="srt", path="/films/a.en.srt", size=81_234, note="a.srt was edited since and is kept"
            )
            yield FileWritten(time=now, film=index, output=srt)
    yield RunEnded(time=now)


def done(now, who, stage, *, cached=False, seconds=60.0, degraded=()):
    facts = (
        {"seconds": FILM_SECONDS}
        if stage.name == "demux"
        else {"language": "bn"}
        if stage.name == "asr"
        else {}
    )
    return StepDone(
        time=now,
        cached=cached,
        key=f"key-{stage.name}",
        reason="nothing changed" if cached else "first time",
        env=stage.on_cpu().env,
        device="cpu",
        compute_type="int8",
        method="",
        model=model(stage.name),
        revision="abc",
        seconds=seconds,
        degraded=tuple(degraded),
        facts=facts,
        **who,
    )


def model(name):
    return "base" if name == "asr" else ""


def states(events):
    """Yield (event, state after it)."""
    state = RunState()
    for event in events:
        state = reduce(state, event)
        yield event, state


def last(events):
    *_, (_, state) = states(events)
    return state
