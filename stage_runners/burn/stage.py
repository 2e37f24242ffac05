"""Declares the stage `burn`: a film with burned-in subtitles."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on_cpu
from ipc.reach import HARMLESS
from stage_runners.shared_params import CLIP, CONTAINER

BURN = Stage(
    name="burn",
    version=3,
    backends=on_cpu("burn.runner", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="burned", kind="file", filename="burned.mkv", external=True),),
    params=(
        CONTAINER,
        Param(
            name="language",
            default="spoken",
            help="also write a film with burned-in subtitles: `spoken` for the source language, or a "
            "target language",
            cli=Cli(
                name="burn-in",
                group="subtitles",
                metavar="LANG",
                example="spoken",
                unset="none",
                reach=HARMLESS,
                turns_on="burn",
            ),
        ),
        Param(
            name="crf",
            default=18,
            help="quality of the picture: smaller numbers give better quality and larger files",
        ),
        Param(name="preset", default="veryfast", help="preset of the encoder"),
        CLIP,
    ),
    resources=Resources(cores=8, memory_mb=1500),
    stall_s=300,
    packages=("av", "imageio-ffmpeg", "pysubs2"),
    off="--burn-in turns it on",
)
