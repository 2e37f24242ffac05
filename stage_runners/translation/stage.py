"""Declares the stage `translation`, once for each method, with the same outputs.

A run has one instance for each target language; see `orchestrator.stages.translations`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Backend, Input, Output, Param, Resources, Stage, on, on_cpu
from stage_runners.names.stage import SPOKEN

_TRANSLATED = (Output(name="segments", kind="segments"), Output(name="words", kind="words"))

_SOURCE = (
    *SPOKEN,
    Input(name="speakers", source="naming.speakers", optional=True),
    Input(name="glossary", source="pre_ner.glossary", optional=True),
)
"""The inputs of a translation from text."""

_TARGET = Param(name="target", default="", help="target language")


def _accelerated(runner: str, env: str, *devices: str) -> tuple[Backend, ...]:
    return tuple(on(device, runner, env) for device in devices)  # type: ignore[arg-type]


BY_WHISPER = Stage(
    name="translation",
    version=1,
    backends=(
        on("cuda", "translation.whisper_runner", "whisperx"),
        on("mlx", "translation.whisper_mlx_runner", "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", "translation.whisper_runner", "whisperx"),
    ),
    inputs=(Input(name="audio", source="demux.audio"), *SPOKEN),
    outputs=_TRANSLATED,
    params=(
        _TARGET,
        Param(name="translation_model", default="auto", load=True, help="Whisper model"),
        Param(name="compute_type", default="default", load=True),
        Param(name="beam_size", default=5),
        Param(name="batch_size", default=8, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=1500, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("faster-whisper", "ctranslate2"),
    model="translation_model",
    model_role="whisper",
    off="--target-language turns it on",
)

BY_CTRANSLATE2 = Stage(
    name="translation",
    version=1,
    backends=_accelerated("translation.ctranslate2_runner", "translation", "cuda", "cpu"),
    inputs=_SOURCE,
    outputs=_TRANSLATED,
    params=(
        _TARGET,
        Param(name="translation_model", load=True, help="NLLB-200 or OPUS-MT: a name, a Hub id or a folder"),
        Param(name="compute_type", default="default", load=True),
        Param(name="beam_size", default=4),
        Param(name="batch_size", default=16, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=3000, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("ctranslate2", "transformers"),
    model="translation_model",
    model_role="translation",
)

BY_INDICTRANS2 = Stage(
    name="translation",
    version=1,
    backends=_accelerated("translation.indictrans2_runner", "indictrans", "cuda", "mps", "cpu"),
    inputs=_SOURCE,
    outputs=_TRANSLATED,
    params=(
        _TARGET,
        Param(name="translation_model", load=True, help="IndicTrans2: a name, a Hub id or a folder"),
        Param(name="beam_size", default=5),
        Param(name="batch_size", default=8, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=4000, vram_mb=5000),
    batch_floor=1,
    stall_s=900,
    packages=("transformers", "torch", "indictranstoolkit"),
    model="translation_model",
    model_role="translation",
)

BY_ENDPOINT = Stage(
    name="translation",
    version=1,
    backends=on_cpu("translation.endpoint_runner", "nlp"),
    inputs=(*_SOURCE, Input(name="cast", source="tmdb.cast", optional=True)),
    outputs=_TRANSLATED,
    params=(
        _TARGET,
        Param(name="endpoint", default="", help="address of a server with OpenAI's chat completions API"),
        Param(name="translation_model", help="the model's name on the server"),
        Param(name="context_lines", default=8, help="preceding lines sent along as context"),
        Param(name="timeout_s", default=300.0, affects="speed", help="timeout of an answer, in seconds"),
        Param(
            name="cache", default="", affects="speed", help="folder of answers cached until the film is done"
        ),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=1800,  # four timeouts, and the waits that a busy server requests between them
    secrets=("TRANSLATION_API_KEY", "OPENAI_API_KEY"),
)

TRANSLATIONS: Mapping[str, Stage] = {
    "whisper": BY_WHISPER,
    "ctranslate2": BY_CTRANSLATE2,
    "indictrans2": BY_INDICTRANS2,
    "endpoint": BY_ENDPOINT,
}
"""The declarations by method."""

TRANSLATION = BY_WHISPER
"""The declaration used if no target language is set: it needs embedded models only."""
