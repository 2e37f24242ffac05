"""Every stage, declared once: what it takes, what it gives, where it can run, and what changes its result.

Nothing here imports a stage's environment; the child's `hello` proves that its runner means the same stage.
Bump a stage's `version` by hand when its output changes for the same inputs and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.declaration import Backend, Device, Input, Output, Param, Resources, Stage, on, on_cpu
from orchestrator.stages_text import NAMING, PHRASES, POST_NER, PRE_NER, TMDB, TRANSLATION

__all__ = ["STAGES", "Backend", "Device", "Input", "Output", "Param", "Resources", "Stage", "producers"]


DEMUX = Stage(
    name="demux",
    version=2,
    backends=on_cpu("demux", "media"),
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
    backends=on_cpu("waveform", "media"),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="waveform", kind="waveform"),),
    resources=Resources(cores=1, memory_mb=200),
    stall_s=120,
)

SILERO_VAD = Stage(
    name="silero_vad",
    version=1,
    # Five seconds for a film of two hours on a CPU: less than another worker takes to start.
    backends=(
        on("cpu", "silero_vad", "pyannote"),
        on("mlx", "silero_vad", "mlx", on_request=True, packages=("mlx",)),
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
        on("cuda", "pyannote_vad", "pyannote", checked=True),
        on("mps", "pyannote_vad", "pyannote", checked=True),
        on("mlx", "pyannote_vad", "mlx", checked=True, packages=("mlx",)),
        on("cpu", "pyannote_vad", "pyannote"),
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
        on("cuda", "diarization", "pyannote", checked=True),
        on("mps", "diarization", "pyannote", checked=True),
        on("mlx", "diarization", "mlx", checked=True, only=("campplus",), packages=("mlx",)),
        on("cpu", "diarization", "pyannote"),
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
        on("cuda", "asr_whisperx", "whisperx"),
        # A second transcription in one process has crashed on Macs, in MLX's own code.
        on("mlx", "asr_mlx", "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", "asr_whisperx", "whisperx"),
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
        on("cuda", "alignment", "whisperx", never=_ON_CPU, framework="torch"),
        on("mps", "alignment", "whisperx", never=_ON_CPU, checked=True),
        on("cpu", "alignment", "whisperx"),
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
    backends=on_cpu("attribution", "nlp"),
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

SHOTS = Stage(
    name="shots",
    version=1,
    backends=on_cpu("shots", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="shots", kind="shots"),),
    params=(Param(name="clip", help="START-END: only this part of the film"),),
    # Decoding is all it costs; frames of a film in 4K are held by the decoder, some for each thread.
    resources=Resources(cores=2, memory_mb=600),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
)

SOUNDS = Stage(
    name="sounds",
    version=1,
    backends=on_cpu("sounds", "media"),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="pyannote_vad.speech"),
    ),
    outputs=(Output(name="sounds", kind="sounds"),),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("numpy",),
    off="--sounds asks for it",
)

SUBTITLES = Stage(
    name="subtitles",
    version=4,
    backends=on_cpu("subtitles", "media"),
    inputs=(
        Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
        Input(name="words", source="post_ner.words", otherwise="attribution.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="speakers", source="naming.speakers", optional=True),
        Input(name="shots", source="shots.shots", optional=True),
        Input(name="sounds", source="sounds.sounds", optional=True),
        Input(name="phrases", source="phrases.phrases", optional=True),
        Input(name="doubts", source="asr.doubts", optional=True),
        Input(name="speech", source="pyannote_vad.speech", optional=True),
    ),
    outputs=(
        Output(name="cues", kind="cues"),
        Output(name="base_cues", kind="cues"),
        Output(name="srt", kind="file", filename="subtitles.srt"),
        Output(name="vtt", kind="file", filename="subtitles.vtt"),
        Output(name="ass", kind="file", filename="subtitles.ass"),
        Output(name="txt", kind="file", filename="transcript.txt"),
        Output(name="tsv", kind="file", filename="transcript.tsv"),
        Output(name="json", kind="file", filename="transcript.json"),
        Output(name="rttm", kind="file", filename="speakers.rttm"),
    ),
    params=(
        # The defaults are those of profiles/default.toml, which a test compares.
        Param(name="max_line_width", default=42, help="characters a line"),
        Param(
            name="line_widths",
            default={"zh": 16, "yue": 16, "ja": 16, "ko": 16, "th": 16},
            help="characters a line by language, where it has fewer",
        ),
        Param(name="max_line_count", default=2),
        Param(name="max_cps", default=17.0, help="characters a second"),
        Param(name="reading_speeds", default={}, help="characters a second by language"),
        Param(name="min_duration", default=5 / 6, help="seconds a cue is shown at least"),
        Param(name="max_duration", default=7.0),
        Param(name="min_gap", default=0.08, help="seconds between two cues at least"),
        Param(
            name="gap_frames", default=2, help="frames between two cues at least, where there is a picture"
        ),
        Param(name="chain", default=0.4, help="seconds; a smaller gap is closed to the least one"),
        Param(
            name="snap", default=0.5, help="seconds around a change of shot within which a cue takes its time"
        ),
        Param(name="speaker_labels", default="change", help="none, change or all: labels in SRT"),
        Param(name="mark_pauses", default=0.0, help="seconds without speech that are written down; 0: none"),
        Param(name="label_form", default="[NAME]", help="how a label is written"),
        Param(name="dash", default="- ", help="before each line where two speak in one cue"),
        Param(name="dashes", default={}, help="the same by language"),
        Param(name="sdh", default=False, help="for people who do not hear"),
        Param(name="edits", file=True, help="what a person changed of this film's subtitles"),
        Param(name="track", default="", help="whose edits: of the language spoken, or of a translation"),
        Param(name="clip", help="START-END: the part of the film that is run"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("pysubs2",),
)

MUX = Stage(
    name="mux",
    version=3,
    backends=on_cpu("mux", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="srt", source="subtitles.srt"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="film", kind="file", filename="subtitled.mkv", external=True),),
    params=(
        Param(name="container", default="mkv", help="mkv or mp4"),
        Param(name="subtitle_format", default="srt", help="tracks in MKV: srt, ass or both"),
        Param(name="replace_existing", default=False, help="leave out text tracks in the languages added"),
        Param(name="default_subtitles", help="whether ours is shown unasked; none: where no other is"),
        Param(name="sdh", default=False, help="for the deaf and hard of hearing: flag and title say so"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    packages=("av", "imageio-ffmpeg"),
)

BURN = Stage(
    name="burn",
    version=1,
    backends=on_cpu("burn", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="ass", source="subtitles.ass"),
    ),
    outputs=(Output(name="burned", kind="file", filename="burned.mkv", external=True),),
    params=(
        Param(name="container", default="mkv", help="mkv or mp4"),
        Param(name="language", default="spoken", help="the language that is drawn, or `spoken`"),
        Param(name="crf", default=18, help="quality of the picture: less is better and larger"),
        Param(name="preset", default="veryfast", help="how long the encoder tries"),
        Param(name="clip", help="START-END: only this part of the film"),
    ),
    resources=Resources(cores=8, memory_mb=1500),
    stall_s=300,
    packages=("av", "imageio-ffmpeg", "pysubs2"),
    off="--burn-in asks for it",
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
