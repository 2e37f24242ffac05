"""Every stage, declared once: what it takes, what it gives, where it can run, and what changes its result.

Nothing here imports a stage's environment; the child's `hello` proves that its runner means the same stage.
Bump a stage's `version` by hand when its output changes for the same inputs and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipc.declaration import Backend, Device, Input, Output, Param, Resources, Stage, on, on_cpu
from orchestrator.stages.stages_shown import BURN, MUX, SHOTS, SOUNDS, SUBTITLES, WAVEFORM
from orchestrator.stages.stages_text import NAMING, PHRASES, POST_NER, PRE_NER, TMDB, TRANSLATION

__all__ = ["STAGES", "Backend", "Device", "Input", "Output", "Param", "Resources", "Stage", "producers"]


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

SILERO_VAD = Stage(
    name="silero_vad",
    version=1,
    # Five seconds for a film of two hours on a CPU: less than another worker takes to start.
    backends=(
        on("cpu", "vad.silero_runner", "pyannote"),
        on("mlx", "vad.silero_runner", "mlx", on_request=True, packages=("mlx",)),
    ),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="speech", kind="regions"),),
    params=(
        Param(name="vad_threshold", default=0.5, help="score above which Silero hears speech"),
        Param(name="min_speech_ms", default=100),
        Param(name="min_silence_ms", default=300),
        Param(name="speech_pad_ms", default=100),
    ),
    resources=Resources(cores=1, memory_mb=700),
    stall_s=180,
    packages=("silero-vad", "torch"),
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
)

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

ASR = Stage(
    name="asr",
    version=3,
    backends=(
        on("cuda", "asr.ctranslate2_runner", "whisperx"),
        # A second transcription in one process has crashed on Macs, in MLX's own code.
        on("mlx", "asr.mlx_runner", "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", "asr.ctranslate2_runner", "whisperx"),
    ),
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

_ON_CPU = ("auto", "pocketsphinx", "attention")
"""Aligners that no accelerator makes faster: saying that one runs there would be untrue."""

ALIGNMENT = Stage(
    name="alignment",
    version=1,
    backends=(
        on("cuda", "alignment.runner", "whisperx", never=_ON_CPU, framework="torch"),
        on("mps", "alignment.runner", "whisperx", never=_ON_CPU, checked=True),
        on("cpu", "alignment.runner", "whisperx"),
    ),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="segments", source="asr.segments"),
        Input(name="words", source="asr.words"),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")),
    params=(
        Param(
            name="align_model",
            default="auto",
            load=True,
            help="`auto`, `pocketsphinx`, `attention`, or a wav2vec2 model: a folder or a Hub id",
        ),
    ),
    resources=Resources(cores=2, memory_mb=1200, vram_mb=2500),
    stall_s=300,
    packages=("pocketsphinx", "whisperx"),
    model="align_model",
    model_role="aligner",
)

ATTRIBUTION = Stage(
    name="attribution",
    version=1,
    backends=on_cpu("attribution.runner", "nlp"),
    inputs=(
        Input(name="segments", source="alignment.segments"),
        Input(name="words", source="alignment.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="exclusive_turns", source="diarization.exclusive_turns", optional=True),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
)

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        DEMUX, WAVEFORM, TMDB, PRE_NER, SILERO_VAD, PYANNOTE_VAD, DIARIZATION, ASR, ALIGNMENT,
        ATTRIBUTION, POST_NER, NAMING, PHRASES, TRANSLATION, SHOTS, SOUNDS, SUBTITLES, MUX, BURN,
    )
}  # fmt: skip
"""Every stage by name, in an order in which each stands after those it reads from."""


def producers(stages: Mapping[str, Stage] = STAGES) -> Iterator[tuple[str, Stage, Output]]:
    """Yield `("stage.output", stage, output)` for every output."""
    for stage in stages.values():
        for output in stage.outputs:
            yield f"{stage.name}.{output.name}", stage, output
