"""Whisper's own task: from the sound to English, by CTranslate2 or on MLX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipc.declaration import Input, Param, Resources, Stage, on
from ipc.errors import StageError
from stage_runners.names.stage import SPOKEN
from stage_runners.recognition.thresholds import WINDOWS
from stage_runners.translation import thresholds
from stage_runners.translation.declared import KEPT, TARGET, TRANSLATED, Translator
from stage_runners.whisper.thresholds import DECODING

if TYPE_CHECKING:
    from pathlib import Path

    from ipc.artifacts import Audio
    from ipc.context import Context
    from stage_runners.recognition.windows import Chunk
    from stage_runners.translation.translator import Rendering
    from stage_runners.whisper import decode
    from stage_runners.whisper.model import WhisperModel

_MODULE = "translation.whisper_translator"

STAGE = Stage(
    name="translation",
    version=4,
    backends=(
        on("cuda", _MODULE, "whisperx"),
        on("mlx", _MODULE, "mlx", runs=1, packages=("mlx", "mlx-whisper")),
        on("cpu", _MODULE, "whisperx"),
    ),
    inputs=(Input(name="audio", source="demux.audio"), *SPOKEN),
    outputs=TRANSLATED,
    params=(
        TARGET,
        *KEPT,
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
    model_role="recognition",
    off="--target-language turns it on",
    thresholds=(*thresholds.FROM_SOUND, DECODING, WINDOWS),
)

TRANSLATOR = Translator(
    name="whisper",
    stage=STAGE,
    families=("whisper",),
    uses_recognition_model=True,
    about="by Whisper, from the audio",
)

ENGLISH = "en"
_SMALL = ("tiny", "base")
"""Models whose translations are rough."""


@dataclass(frozen=True)
class Loaded:
    """A Whisper model (a faster_whisper.WhisperModel, or ours on MLX), and what computes it."""

    model: WhisperModel
    method: str
    computed_on: str = ""


def load(params: Mapping[str, Any], device: str) -> Loaded:
    """The model in the folder `params["_model"]["path"]`, on `device` in `params["compute_type"]`."""
    if device == "mlx":
        from stage_runners.whisper.mlx import engine as mlx

        model = mlx.load(params, device)
        place = f"{model.model.device}"
        return Loaded(model, f"mlx-whisper batched, beam search, on MLX's {place}", f"mlx {place}")
    from stage_runners.whisper.ctranslate2 import engine as ctranslate2

    return Loaded(ctranslate2.load(params, device), "faster-whisper batched")


def run(loaded: Loaded, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in English."""
    from stage_runners.translation import by_sound

    if loaded.computed_on:
        context.fact("computed_on", loaded.computed_on)
    by_sound.run(WhisperTask(loaded, context), inputs, context)


class WhisperTask:
    """A `SoundTranslator`: Whisper's task `translate`. `StageError("config")` for a model that was not
    trained for it.
    """

    target = ENGLISH

    def __init__(self, loaded: Loaded, context: Context) -> None:
        from stage_runners.whisper.model_names import model_name

        self._model = loaded.model
        self._identity = str(context.model.get("id", ""))
        self._beam = int(context.params["beam_size"])
        self._options: dict[str, decode.Options] = {}
        compute_type = str(self._model.model.compute_type)
        self.method = f"{loaded.method}, task translate, {compute_type}"
        self.batch = int(context.params["batch_size"])
        name = model_name(self._identity)
        self.rough = name if name in _SMALL else ""
        if not self._model.model.is_multilingual:
            raise StageError(
                "config",
                f"the model {self._identity} is for English only and cannot translate",
                "use one whose name does not end in .en: --translation-model base",
            )
        context.fact("compute_type", compute_type)

    def translate(
        self, audio: Audio, chunks: Sequence[Chunk], language: str, no_repeat: int
    ) -> list[Rendering]:
        """See `SoundTranslator`."""
        from stage_runners.recognition.recognizer import Sound
        from stage_runners.translation.translator import Rendering
        from stage_runners.whisper import decode

        states = decode.encode(self._model, Sound(audio.samples, audio.sample_rate), chunks)
        results = decode.generate(self._model, chunks, self._decoding(language), states, no_repeat)
        most = DECODING.most_compression
        return [
            Rendering(
                each.text, each.avg_logprob or 0.0, each.silent, looped=(each.compression_ratio or 0.0) > most
            )
            for each in results
        ]

    def _decoding(self, language: str) -> decode.Options:
        """How to decode speech in `language`: the task of its tokenizer makes it a translation."""
        from stage_runners.recognition import requested_language
        from stage_runners.whisper import decode
        from stage_runners.whisper.model import tokenizer_of

        if language not in self._options:
            name = self._identity or "this model"
            code = requested_language.checked(language, self._model.supported_languages, name)
            tokenizer = tokenizer_of(self._model, code, "translate")
            self._options[language] = decode.Options(tokenizer=tokenizer, beam_size=self._beam)
        return self._options[language]
