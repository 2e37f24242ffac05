"""The declaration of mux: a film with subtitle tracks added."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu

MUX = Stage(
    name="mux",
    version=3,
    backends=on_cpu("mux.runner", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="srt", source="subtitles.srt"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="film", kind="file", filename="subtitled.mkv", external=True),),
    params=(
        Param(name="container", default="mkv", help="mkv or mp4"),
        Param(name="subtitle_format", default="srt", help="tracks in MKV: srt, ass or both"),
        Param(name="replace_existing", default=False, help="leave out text tracks in the languages added"),
        Param(name="default_subtitles", help="whether ours is shown unasked; none: where no other is"),
        Param(name="sdh", default=False, help="for the deaf and hard of hearing: flag and title say so"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
)
