"""Declares the stages of voice activity detection: speech, and speech of two people at once."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on
from stage_runners.vad.thresholds import AGREEMENT, SILERO

SILERO_VAD = Stage(
    name="silero_vad",
    version=1,
    # A film of two hours takes five seconds on a CPU: less than starting another worker takes.
    backends=(
        on("cpu", "vad.silero_runner", "pyannote"),
        on("mlx", "vad.silero_runner", "mlx", on_request=True, packages=("mlx",)),
    ),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="speech", kind="regions"),),
    params=(
        Param(name="vad_threshold", default=0.5, help="minimum Silero score of speech"),
        Param(name="min_speech_ms", default=100),
        Param(name="min_silence_ms", default=300),
        Param(name="speech_pad_ms", default=100),
    ),
    resources=Resources(cores=1, memory_mb=700),
    stall_s=180,
    packages=("silero-vad", "torch"),
    thresholds=(SILERO,),
)

PYANNOTE_VAD = Stage(
    name="pyannote_vad",
    version=1,
    backends=(
        on("cuda", "vad.pyannote_runner", "pyannote", checked=True),
        on("mps", "vad.pyannote_runner", "pyannote", checked=True),
        on("mlx", "vad.pyannote_runner", "mlx", checked=True, packages=("mlx",)),
        on("cpu", "vad.pyannote_runner", "pyannote"),
    ),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="silero_speech", source="silero_vad.speech"),
    ),
    outputs=(
        Output(name="speech", kind="regions"),
        Output(name="overlap", kind="regions"),
        Output(name="scores", kind="scores"),
    ),
    params=(
        Param(name="segmentation_model", default="segmentation-3.0", load=True),
        Param(name="vad_onset", default=0.5),
        Param(name="vad_offset", default=0.363),
        Param(name="batch_size", default=16, affects="speed"),
    ),
    resources=Resources(cores=4, memory_mb=1500, vram_mb=1500),
    batch_floor=1,
    stall_s=300,
    packages=("torch",),
    model="segmentation_model",
    model_role="segmentation",
    thresholds=(AGREEMENT,),
)
