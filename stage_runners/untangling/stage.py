"""Declares the stage `untangling`: speech that overlaps, laid out one voice after the other."""

from __future__ import annotations

from ipc.declaration import Input, Output, Resources, Stage, on_cpu
from stage_runners.untangling.thresholds import THRESHOLDS

UNTANGLING = Stage(
    name="untangling",
    version=2,
    backends=on_cpu("untangling.runner", "media"),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="voices", source="demux.voices"),
        Input(name="titles", source="demux.titles"),
        Input(name="speech", source="pyannote_vad.speech"),
        Input(name="turns", source="diarization.turns"),
    ),
    outputs=(
        Output(name="audio", kind="audio"),
        Output(name="speech", kind="regions"),
        Output(name="pieces", kind="pieces"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    off="--speakers-by-track or --speakers-by-channel turns it on",
    thresholds=THRESHOLDS,
    brief=True,
)
"""Recognition and alignment read its audio; `attribution` puts their words back on the film's clock."""
