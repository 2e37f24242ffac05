"""Every stage, declared once: what it takes, what it gives, where it can run, and what changes its result.

Nothing here imports a stage's environment; the child's `hello` proves that its runner means the same stage.
Bump a stage's `version` by hand when its output changes for the same inputs and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Device = Literal["cpu", "cuda", "mps", "mlx"]


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a stage.

    `affects` says whether it changes the result (then it is part of the store key) or only the speed.
    `load` marks what the runner needs to load its model: workers are shared only where these are equal.
    """

    name: str
    default: Any = None
    affects: Literal["result", "speed"] = "result"
    load: bool = False
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input: `source` is `stage.output`, or `film` for the film itself.

    An optional input whose stage is off is simply not passed.
    """

    name: str
    source: str
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output of one of `ipc.schemas.KINDS`; `filename` only for the kind `file`.

    `external` outputs are not kept in the store: they are written at their place (a muxed film), and the
    store remembers path and digest.
    """

    name: str
    kind: str
    filename: str = ""
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One way to run a stage: on `device`, in environment `env`, by module `runner`."""

    device: Device
    env: str
    runner: str


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a stage leases: cores it can use at most, and memory at its peak in MB."""

    cores: int
    memory_mb: int
    vram_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The declaration of a stage.

    `backends` stand in order of preference. `packages` are those whose locked version changes the result.
    `model` is the parameter that names the stage's model, `model_role` the role that
    `orchestrator.models` resolves it for. `stall_s` is how many seconds without progress are a stall.
    `batch_floor` is the smallest batch an out-of-memory may shrink `batch_size` to. `off` is why a declared stage cannot run yet.
    """

    name: str
    version: int
    backends: tuple[Backend, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    params: tuple[Param, ...] = ()
    resources: Resources = Resources(cores=1, memory_mb=500)
    batch_floor: int | None = None
    stall_s: float = 300.0
    packages: tuple[str, ...] = ()
    model: str | None = None
    model_role: str | None = None
    off: str = ""

    def defaults(self) -> dict[str, Any]:
        """Every parameter with its default."""
        return {param.name: param.default for param in self.params}

    def upstream(self) -> tuple[str, ...]:
        """Names of the stages this one reads from, without repeats, in the order of its inputs."""
        return tuple(dict.fromkeys(i.source.split(".")[0] for i in self.inputs if i.source != "film"))


def _torch(
    runner: str, env: str, devices: tuple[Device, ...] = ("cuda", "mps", "cpu")
) -> tuple[Backend, ...]:
    return tuple(Backend(device=device, env=env, runner=f"stage_runners.{runner}") for device in devices)


def _cpu(runner: str, env: str) -> tuple[Backend, ...]:
    return _torch(runner, env, ("cpu",))


DEMUX = Stage(
    name="demux",
    version=1,
    backends=_cpu("demux", "media"),
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
    backends=_cpu("silero_vad", "pyannote"),
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
    backends=_torch("pyannote_vad", "pyannote"),
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
    version=1,
    backends=_torch("diarization", "pyannote"),
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
            default="embedded",
            load=True,
            help="`embedded`, or a pyannote pipeline: a folder or a Hub id",
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
    version=1,
    backends=_torch("asr_whisperx", "whisperx", ("cuda", "cpu")),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="pyannote_vad.speech"),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")),
    params=(
        Param(name="model", default="base", load=True, help="Whisper model: a name, a Hub id or a folder"),
        Param(name="compute_type", default="default", load=True, help="int8, float16, float32, ..."),
        Param(name="language", help="language spoken, such as en; detected where absent"),
        Param(name="beam_size", default=5),
        Param(name="chunk_size", default=30, help="seconds of speech a decoding window holds at most"),
        Param(name="initial_prompt"),
        Param(name="hotwords"),
        Param(name="batch_size", default=8, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=1500, vram_mb=4000),
    batch_floor=1,
    stall_s=600,
    packages=("faster-whisper", "ctranslate2"),
    model="model",
    model_role="whisper",
)

ALIGNMENT = Stage(
    name="alignment",
    version=1,
    backends=_torch("alignment", "whisperx"),
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
    backends=_cpu("attribution", "nlp"),
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

_OFF_NAMES = "names come with their own issue"
TMDB = Stage(
    name="tmdb", version=1, backends=_cpu("tmdb", "nlp"),
    inputs=(Input(name="film", source="film"),), outputs=(Output(name="cast", kind="glossary"),), off=_OFF_NAMES,
)  # fmt: skip
PRE_NER = Stage(
    name="pre_ner", version=1, backends=_cpu("pre_ner", "nlp"),
    inputs=(Input(name="cast", source="tmdb.cast"),), outputs=(Output(name="glossary", kind="glossary"),), off=_OFF_NAMES,
)  # fmt: skip
POST_NER = Stage(
    name="post_ner", version=1, backends=_cpu("post_ner", "nlp"),
    inputs=(
        Input(name="segments", source="attribution.segments"),
        Input(name="words", source="attribution.words"),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")), off=_OFF_NAMES,
)  # fmt: skip
TRANSLATION = Stage(
    name="translation", version=1, backends=_cpu("translation", "translation"),
    inputs=(Input(name="segments", source="attribution.segments"), Input(name="words", source="attribution.words")),
    outputs=(Output(name="segments", kind="segments"),), off="translation comes with its own issue",
)  # fmt: skip

SUBTITLES = Stage(
    name="subtitles",
    version=1,
    backends=_cpu("subtitles", "media"),
    inputs=(
        Input(name="segments", source="attribution.segments"),
        Input(name="words", source="attribution.words"),
        Input(name="turns", source="diarization.turns", optional=True),
    ),
    outputs=(
        Output(name="cues", kind="cues"),
        Output(name="srt", kind="file", filename="subtitles.srt"),
        Output(name="vtt", kind="file", filename="subtitles.vtt"),
        Output(name="ass", kind="file", filename="subtitles.ass"),
        Output(name="txt", kind="file", filename="transcript.txt"),
        Output(name="tsv", kind="file", filename="transcript.tsv"),
        Output(name="json", kind="file", filename="transcript.json"),
        Output(name="rttm", kind="file", filename="speakers.rttm"),
    ),
    params=(
        Param(name="max_line_width", default=42, help="characters a line (16 for Chinese, Japanese, Thai)"),
        Param(name="max_line_count", default=2),
        Param(name="max_cps", default=17.0, help="characters a second"),
        Param(name="min_duration", default=5 / 6, help="seconds a cue is shown at least"),
        Param(name="max_duration", default=7.0),
        Param(name="min_gap", default=0.08, help="seconds between two cues at least"),
        Param(name="speaker_labels", default="change", help="none, change or all: labels in SRT"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("pysubs2",),
)

MUX = Stage(
    name="mux",
    version=1,
    backends=_cpu("mux", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="srt", source="subtitles.srt"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="film", kind="file", filename="subtitled.mkv", external=True),),
    params=(
        Param(name="container", default="mkv", help="mkv or mp4"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
)

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        DEMUX, TMDB, PRE_NER, SILERO_VAD, PYANNOTE_VAD, DIARIZATION, ASR, ALIGNMENT,
        ATTRIBUTION, POST_NER, TRANSLATION, SUBTITLES, MUX,
    )
}  # fmt: skip
"""Every stage by name, in an order in which each stands after those it reads from."""


def producers(stages: Mapping[str, Stage] = STAGES) -> Iterator[tuple[str, Stage, Output]]:
    """Yield `("stage.output", stage, output)` for every output."""
    for stage in stages.values():
        for output in stage.outputs:
            yield f"{stage.name}.{output.name}", stage, output
