"""The declaration of recognition: what is said, in which language."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage
from stage_runners.asr import engines

ASR = Stage(
    name="asr",
    version=3,
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
            name="model", default="auto", load=True, help="Whisper model: auto, a name, a Hub id or a folder"
        ),
        Param(name="compute_type", default="default", load=True, help="int8, float16, float32, ..."),
        Param(name="language", help="language spoken, such as en; detected where absent"),
        Param(name="beam_size", default=5),
        Param(name="chunk_size", default=30, help="seconds of speech a decoding window holds at most"),
        Param(name="initial_prompt"),
        Param(name="hotwords"),
        Param(name="bias", default=True, help="expect the names of the glossary"),
        Param(name="undone", default=(), help="names that the user took back, as from>to"),
        Param(
            name="segment_languages",
            default=True,
            help="hear the language of each part where none is asked for",
        ),
        Param(
            name="second_look",
            default=True,
            help="hear again what looks made up, and speech without text",
        ),
        Param(name="batch_size", default=8, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=1500, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("faster-whisper", "ctranslate2"),
    model="model",
    model_role="whisper",
)
