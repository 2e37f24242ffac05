"""The declaration of the stage shots: shot changes."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Resources, Stage, Switch, on_cpu
from stage_runners.shared_params import CLIP
from stage_runners.shots.thresholds import THRESHOLDS

SHOTS = Stage(
    name="shots",
    version=1,
    backends=on_cpu("shots.runner", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="shots", kind="shots"),),
    params=(CLIP,),
    switch=Switch(
        help="detect shot changes, and let cues begin and end with them",
        cli=Cli(name="shots", group="subtitles", example=True),
    ),
    # Decoding is the main cost; the decoder holds several frames per thread, which matters in 4K.
    resources=Resources(cores=2, memory_mb=600),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
    thresholds=THRESHOLDS,
)
