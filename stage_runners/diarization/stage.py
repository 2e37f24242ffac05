"""The declaration of diarization: who speaks when."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on

DIARIZATION = Stage(
    name="diarization",
    version=2,
    backends=(
        on("cuda", "diarization.runner", "pyannote", checked=True),
        on("mps", "diarization.runner", "pyannote", checked=True),
        on("mlx", "diarization.runner", "mlx", checked=True, only=("campplus",), packages=("mlx",)),
        on("cpu", "diarization.runner", "pyannote"),
    ),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="pyannote_vad.speech"),
        Input(name="scores", source="pyannote_vad.scores"),
    ),
    outputs=(
        Output(name="turns", kind="turns"),
        Output(name="exclusive_turns", kind="turns"),
        Output(name="embeddings", kind="embeddings"),
    ),
    params=(
        Param(
            name="diarize_model",
            default="auto",
            load=True,
            help="`auto`, `embedded`, or a pyannote pipeline: a folder or a Hub id",
        ),
        Param(name="num_speakers"),
        Param(name="min_speakers"),
        Param(name="max_speakers"),
        Param(name="batch_size", default=32, affects="speed"),
    ),
    resources=Resources(cores=4, memory_mb=2000, vram_mb=2500),
    batch_floor=1,
    stall_s=600,
    packages=("pyannote-audio", "torch", "numpy"),
    model="diarize_model",
    model_role="diarization",
)
