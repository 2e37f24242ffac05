"""Whisper as a speech recognition engine, for both networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.recognizer import Encoded, Settings, Sound, Transcript
from stage_runners.recognition.windows import Chunk
from stage_runners.whisper import decode, encoder_states
from stage_runners.whisper.decode import Options
from stage_runners.whisper.language_detector import WhisperDetector
from stage_runners.whisper.model import States, WhisperModel, tokenizer_of
from stage_runners.whisper.model_names import model_name
from stage_runners.whisper.prompt import WhisperPrompt
from stage_runners.whisper.text_scorer import WhisperScorer
from stage_runners.whisper.thresholds import ATTENTION_BIAS

OptionsOf = Callable[[Settings], Options]


class WhisperRecognizer:
    """A loaded Whisper model; see `stage_runners.recognition.recognizer.Recognizer`.

    `method` names the framework, `identity` is the model's id, `computed_on` the framework's name of the
    device.
    """

    def __init__(
        self,
        model: WhisperModel,
        capabilities: Capabilities,
        method: str,
        identity: str = "",
        computed_on: str = "",
    ) -> None:
        several = model.model.is_multilingual
        self.capabilities = replace(
            capabilities, languages=tuple(model.supported_languages), detects_language=several
        )
        self.compute_type = model.model.compute_type
        self.method = f"{method}, {self.compute_type}"
        self.computed_on = computed_on
        self.time_bias = ATTENTION_BIAS.of(model_name(identity))
        self.after_mark = ATTENTION_BIAS.of_marked(model_name(identity))
        self.detector = WhisperDetector(model) if several else None
        self.scorer = WhisperScorer(model, self._options)
        self.prompt = WhisperPrompt(model, self._options)
        self._model = model
        self._made: dict[Settings, Options] = {}

    def encode(self, sound: Sound, chunks: Sequence[Chunk]) -> list[Encoded]:
        """The encoder states of the windows."""
        states = encoder_states.rows(decode.encode(self._model, sound, chunks))
        return [Encoded(sound, chunk, own) for chunk, own in zip(chunks, states, strict=True)]

    def transcribe(self, encoded: Sequence[Encoded], settings: Settings) -> Iterator[Transcript]:
        """The transcripts; a doubtful window is decoded again, in halves and without repetition."""
        yield from decode.decode(
            self._model, encoded[0].sound, _chunks(encoded), self._options(settings), _states(encoded)
        )

    def transcribe_once(self, encoded: Sequence[Encoded], settings: Settings) -> list[Transcript]:
        """The transcripts of the first decoding, with words and times."""
        options, states = self._options(settings), _states(encoded)
        results = decode.generate(self._model, _chunks(encoded), options, states)
        return decode.align(self._model, states, results, options)

    def _options(self, settings: Settings) -> Options:
        if settings not in self._made:
            self._made[settings] = Options(
                tokenizer=tokenizer_of(self._model, settings.language),
                beam_size=settings.beam_size,
                initial_prompt=settings.initial_prompt,
                hotwords=settings.hotwords,
                after_mark=self.after_mark,
            )
        return self._made[settings]


def _chunks(encoded: Sequence[Encoded]) -> list[Chunk]:
    return [one.chunk for one in encoded]


def _states(encoded: Sequence[Encoded]) -> States:
    return encoder_states.stacked([one.states for one in encoded])
