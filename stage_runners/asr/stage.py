"""Declares the stage `asr`: speech recognition and language detection."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage
from ipc.reach import HARMLESS, MODEL
from stage_runners.asr import engines
from stage_runners.asr.thresholds import THRESHOLDS
from stage_runners.shared_params import LANGUAGE_OPTION
from stage_runners.text.thresholds import LOOPS

COMPUTE_TYPES = (
    "default", "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16",
    "bfloat16", "float32",
)  # fmt: skip
"""The names of CTranslate2; `default` and `auto` choose by device."""

ASR = Stage(
    name="asr",
    version=5,
    backends=engines.backends(),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="pyannote_vad.speech"),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="doubts", kind="doubts"),
    ),
    params=(
        Param(
            name="model",
            default="auto",
            load=True,
            help="model of Whisper, Parakeet or Qwen3-ASR: a name, a Hub id or a folder; auto uses the one "
            "recommended for this machine and language if it is downloaded, else the embedded base",
            cli=Cli(metavar="MODEL", example="base", reach=MODEL),
        ),
        Param(
            name="compute_type",
            default="default",
            load=True,
            help="number format of the model: int8, float16, float32, ...",
            cli=Cli(
                metavar="TYPE",
                choices=COMPUTE_TYPES,
                example="int8",
                unset="chosen by device",
                words={"auto": "default"},
                reach=HARMLESS,
            ),
        ),
        Param(
            name="language",
            help="spoken language, such as en, detected if not set; zh-Hans or zh-Hant also sets the script",
            cli=LANGUAGE_OPTION,
        ),
        Param(
            name="beam_size",
            default=5,
            help="beam size of the decoder",
            cli=Cli(metavar="N", least=1, most=100, example=5, reach=HARMLESS),
        ),
        Param(
            name="chunk_size",
            default=30,
            help="maximum length of a window (speech that is transcribed in one piece), in seconds",
            cli=Cli(metavar="S", least=1, most=3600, example=30, reach=HARMLESS),
        ),
        Param(
            name="initial_prompt",
            help="text that the model gets as context before it transcribes; Parakeet takes none",
            cli=Cli(metavar="TEXT", example="A talk about reefs.", unset="none", reach=HARMLESS),
        ),
        Param(
            name="hotwords",
            help="words to expect, such as names, separated by commas",
            cli=Cli(metavar="WORDS", example="Simran, Raj", unset="none", several=True, reach=HARMLESS),
        ),
        Param(
            name="bias",
            default=True,
            help="bias recognition towards the names of the film's characters",
            cli=Cli(group="names", example=True, reach=HARMLESS),
        ),
        Param(name="undone", default=(), help="name hints that the user undid, as from>to"),
        Param(
            name="segment_languages",
            default=True,
            help="detect the language of each part of the film, unless --language is given",
            cli=Cli(example=True, reach=HARMLESS, unless=("language",)),
        ),
        Param(
            name="second_look",
            default=True,
            help="second pass: re-transcribe likely hallucinations, and speech without text",
            cli=Cli(example=True, reach=HARMLESS),
        ),
        Param(
            name="batch_size",
            default=8,
            affects="speed",
            help="windows transcribed in parallel; fewer need less memory",
            cli=Cli(
                type=int, metavar="N", least=1, most=1024, example=8, unset="chosen by device", reach=HARMLESS
            ),
        ),
    ),
    resources=Resources(cores=8, memory_mb=1500, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("faster-whisper", "ctranslate2"),
    model="model",
    model_role="recognition",
    thresholds=(*THRESHOLDS, LOOPS),
)
