"""Declares the stage `sounds`: the parts with music."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS
from stage_runners.sounds.thresholds import THRESHOLDS

SOUNDS = Stage(
    name="sounds",
    version=1,
    backends=on_cpu("sounds.runner", "media"),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="pyannote_vad.speech"),
    ),
    outputs=(Output(name="sounds", kind="sounds"),),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("numpy",),
    off="--sounds turns it on",
    switch=Switch(
        help="detect music between the dialogue, and write music cues",
        cli=Cli(name="sounds", group="subtitles", example=True, unset="set by the profile", reach=HARMLESS),
    ),
    thresholds=THRESHOLDS,
)
