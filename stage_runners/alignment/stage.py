"""Declares the stage `alignment`: the start and end of each word."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on
from ipc.reach import MODEL
from stage_runners.alignment.thresholds import THRESHOLDS
from stage_runners.qwen.thresholds import ALIGNER

_ON_CPU = ("auto", "pocketsphinx", "attention")
"""Aligners that run on the CPU only; `auto` stands for these where no model is on the disk."""
_TORCH = ("torch", "transformers")
_OURS = ("wav2vec2",)
_QWEN = ("qwen3-aligner",)
"""Families of models: Qwen3's needs a newer Transformers than WhisperX allows."""
_QWENS_PACKAGES = (*_TORCH, "nagisa")

ALIGNMENT = Stage(
    name="alignment",
    version=5,
    backends=(
        on(
            "cuda",
            "alignment.runner",
            "whisperx",
            never=_ON_CPU,
            families=_OURS,
            framework="torch",
            packages=_TORCH,
        ),
        on(
            "mlx",
            "alignment.runner",
            "mlx",
            never=_ON_CPU,
            families=_OURS,
            checked=True,
            packages=("mlx", "torch"),
        ),
        on(
            "mps",
            "alignment.runner",
            "whisperx",
            never=_ON_CPU,
            families=_OURS,
            checked=True,
            packages=_TORCH,
        ),
        on("cpu", "alignment.runner", "whisperx", families=_OURS, packages=_TORCH),
        on(
            "cuda",
            "alignment.runner",
            "qwen",
            families=_QWEN,
            packages=_QWENS_PACKAGES,
            thresholds=(ALIGNER,),
        ),
        on(
            "mps",
            "alignment.runner",
            "qwen",
            families=_QWEN,
            packages=_QWENS_PACKAGES,
            thresholds=(ALIGNER,),
            checked=True,
        ),
        on(
            "cpu", "alignment.runner", "qwen", families=_QWEN, packages=_QWENS_PACKAGES, thresholds=(ALIGNER,)
        ),
    ),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(
            name="segments",
            source="known_text.segments",
            otherwise=("existing_subtitles.segments", "asr.segments"),
        ),
        Input(name="words", source="known_text.words", otherwise=("existing_subtitles.words", "asr.words")),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")),
    params=(
        Param(
            name="align_model",
            default="auto",
            load=True,
            help="how words are aligned: auto (by language, with what is on this disk), pocketsphinx, "
            "attention, qwen3-forced-aligner, or a wav2vec2 model (a folder or a Hub id)",
            cli=Cli(metavar="MODEL", example="auto", reach=MODEL),
        ),
    ),
    resources=Resources(cores=2, memory_mb=1200, vram_mb=2500),
    stall_s=300,
    packages=("pocketsphinx", "num2words", "uroman"),
    model="align_model",
    model_role="aligner",
    thresholds=THRESHOLDS,
)
