"""Declares the stage `shots`: the shot changes."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS
from stage_runners.shared_params import CLIP
from stage_runners.shots.thresholds import THRESHOLDS

SHOTS = Stage(
    name="shots",
    version=3,
    backends=on_cpu("shots.runner", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="shots", kind="shots"),),
    params=(CLIP,),
    switch=Switch(
        help="detect shot changes, and snap cues to them",
        cli=Cli(name="shots", group="subtitles", example=True, reach=HARMLESS),
    ),
    # The decoder needs most of this memory: it holds frames, of up to 4K, for each thread.
    resources=Resources(cores=2, memory_mb=600),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
    thresholds=THRESHOLDS,
)
