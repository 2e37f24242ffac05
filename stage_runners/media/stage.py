"""The declarations of demux, the film's sound on the film's clock, and waveform, what the report draws of it."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu

DEMUX = Stage(
    name="demux",
    version=2,
    backends=on_cpu("media.demux", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="audio", kind="audio"),),
    params=(
        Param(name="audio_track", help="audio track, counted from 0 among the audio tracks"),
        Param(name="language", help="prefer the audio track in this language"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=1, memory_mb=400),
    stall_s=120,
    packages=("av", "imageio-ffmpeg"),
)

WAVEFORM = Stage(
    name="waveform",
    version=1,
    backends=on_cpu("media.waveform", "media"),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="waveform", kind="waveform"),),
    resources=Resources(cores=1, memory_mb=200),
    stall_s=120,
)
