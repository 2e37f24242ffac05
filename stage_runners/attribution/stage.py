"""Declares the stage `attribution`: the speaker of each word."""

from __future__ import annotations

from ipc.declaration import Input, Output, Resources, Stage, on_cpu
from stage_runners.attribution.thresholds import THRESHOLDS

ATTRIBUTION = Stage(
    name="attribution",
    version=3,
    backends=on_cpu("attribution.runner", "nlp"),
    inputs=(
        Input(name="segments", source="alignment.segments"),
        Input(name="words", source="alignment.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="exclusive_turns", source="diarization.exclusive_turns", optional=True),
        Input(name="doubts", source="known_text.doubts", otherwise="asr.doubts"),
        Input(name="pieces", source="untangling.pieces", optional=True),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="doubts", kind="doubts"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    thresholds=THRESHOLDS,
)
