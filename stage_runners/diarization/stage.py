"""Declares the stage `diarization`: who speaks when."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, Switch, on
from ipc.reach import HARMLESS, MODEL
from stage_runners.diarization.thresholds import THRESHOLDS
from stage_runners.shared_params import TRUST


def _count(example: int, *at_most: str) -> Cli:
    return Cli(
        group="speakers",
        type=int,
        metavar="N",
        least=1,
        most=1000,
        example=example,
        unset="estimated",
        reach=HARMLESS,
        at_most=at_most,
        unless=("speakers_by_track", "speakers_by_channel"),
    )


DIARIZATION = Stage(
    name="diarization",
    version=5,
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
        Input(name="voices", source="demux.voices", optional=True),
        Input(name="titles", source="demux.titles", optional=True),
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
            help="speaker detection: embedded, or a pyannote pipeline (a folder or a Hub id); auto uses "
            "pyannote's community-1 if it is downloaded, else embedded",
            cli=Cli(group="speakers", metavar="MODEL", example="embedded", reach=MODEL),
        ),
        TRUST,
        Param(name="num_speakers", help="exact number of speakers", cli=_count(2, "max_speakers")),
        Param(
            name="min_speakers",
            help="minimum number of speakers",
            cli=_count(2, "num_speakers", "max_speakers"),
        ),
        Param(name="max_speakers", help="maximum number of speakers", cli=_count(6)),
        Param(name="batch_size", default=32, affects="speed"),
    ),
    resources=Resources(cores=4, memory_mb=2000, vram_mb=2500),
    batch_floor=1,
    stall_s=600,
    switch=Switch(
        help="detect speakers", cli=Cli(name="diarize", group="speakers", example=True, reach=HARMLESS)
    ),
    packages=("pyannote-audio", "torch", "numpy"),
    model="diarize_model",
    model_role="diarization",
    thresholds=THRESHOLDS,
)
