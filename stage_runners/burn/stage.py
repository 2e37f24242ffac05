"""The declaration of burn: a film with subtitles drawn into its picture."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu

BURN = Stage(
    name="burn",
    version=1,
    backends=on_cpu("burn.runner", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="burned", kind="file", filename="burned.mkv", external=True),),
    params=(
        Param(name="container", default="mkv", help="mkv or mp4"),
        Param(name="language", default="spoken", help="the language that is drawn, or `spoken`"),
        Param(name="crf", default=18, help="quality of the picture: less is better and larger"),
        Param(name="preset", default="veryfast", help="how long the encoder tries"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=8, memory_mb=1500),
    stall_s=300,
    packages=("av", "imageio-ffmpeg", "pysubs2"),
    off="--burn-in asks for it",
)
