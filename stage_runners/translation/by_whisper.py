"""Whisper's own translation to English, from the sound, whatever computes the network.

The words of the transcript only say where sentences lie and who says them; what they mean Whisper hears itself. `translation_whisper`
and `translation_mlx` bring the network.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.artifacts import open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.asr.languages import requested
from stage_runners.asr.recognizer import Sound, Transcript
from stage_runners.text.iso639 import language as language_called
from stage_runners.text.iso639 import same_language
from stage_runners.text.repetition import loop
from stage_runners.translation import quality_checks, windows
from stage_runners.translation.sentences import Sentence, sentences
from stage_runners.translation.tables import lines_marked, tables
from stage_runners.whisper import decode
from stage_runners.whisper.model import WhisperModel, tokenizer_of
from stage_runners.whisper.model_names import model_name
from stage_runners.whisper.thresholds import DECODING

TARGET = "en"
_SMALL = ("tiny", "base")
"""Models whose translations are rough: what to use instead is said with them."""
_LONGEST_BATCH = 60.0


@dataclass(slots=True)
class _Window:
    """A group of sentences with the best translation so far: its text, what is wrong with it, how likely it is."""

    group: list[Sentence]
    text: str = ""
    faults: list[str] = field(default_factory=lambda: ["empty"])
    likely: float = -9.0

    @property
    def source(self) -> str:
        return " ".join(sentence.text for sentence in self.group)

    def offer(self, text: str, faults: list[str], likely: float) -> None:
        """Take this attempt where it is better."""
        worst = quality_checks.worst
        if (worst(faults), -likely) < (worst(self.faults), -self.likely):
            self.text, self.faults, self.likely = text, faults, likely


def run(model: WhisperModel, inputs: Mapping[str, Path], context: Context, method: str) -> None:
    """Write `segments` and `words` in English of everything that was said; `method` names who computes."""
    target = str(context.params.get("target") or "")
    if target != TARGET:
        raise StageError(
            "config", f"Whisper translates to English only, and {target or 'nothing'} was asked for."
        )
    if not model.model.is_multilingual:
        raise StageError(
            "config",
            f"The model {context.model.get('id', '')} knows English only and cannot translate.",
            "Take one whose name does not end in .en: --translation-model base",
        )
    spoken = sentences(read(inputs["segments"], "segments").rows(), read(inputs["words"], "words").rows())
    context.method = f"{method}, task translate, {model.model.compute_type}"
    context.fact("compute_type", model.model.compute_type)
    context.fact("target", TARGET)
    context.fact("lines", len(spoken))
    foreign = [sentence for sentence in spoken if not same_language(sentence.language, TARGET)]
    context.fact("lines_passed", len(spoken) - len(foreign))
    if spoken and not foreign:
        context.fact("same_language", True)
        context.log("the film is in English already: nothing to translate")
        spoken = []
    found = _Translation(model, open_audio(inputs["audio"]), context).of(foreign)
    passed = [(sentence, sentence.text) for sentence in spoken if same_language(sentence.language, TARGET)]
    lines = sorted([*found, *passed], key=lambda line: line[0].start)
    _tell(context, foreign)
    for output, columns in tables([s for s, _ in lines], [text for _, text in lines], TARGET).items():
        context.save(output, columns)


class _Translation:
    """The translation of one film's sentences."""

    def __init__(self, model: WhisperModel, audio: Any, context: Context) -> None:
        self._model, self._audio, self._context = model, audio, context
        self._sound = Sound(audio.samples, audio.sample_rate)
        self._options: dict[str, decode.Options] = {}
        self._done = self._total = 0.0

    def of(self, spoken: Sequence[Sentence]) -> list[tuple[Sentence, str]]:
        """English sentences, each with the words that were said meanwhile; marks and facts are said."""
        made = [_Window(group) for group in windows.groups(spoken)]
        context = self._context
        self._total = sum(chunk.speech for chunk in self._chunks(made))
        self._decode(made)
        self._see_repeats(made)
        doubtful = [window for window in made if window.faults]
        context.metric("windows", len(made))
        context.metric("decoded_again", len(doubtful))
        self._total += 2 * sum(chunk.speech for chunk in self._chunks(doubtful))
        for window in doubtful:
            self._again(window)
        self._see_repeats(made)
        self._report(made)
        return [line for window in made for line in windows.given_back(window.group, window.text)]

    def _chunks(self, made: Sequence[_Window]) -> list[Any]:
        return windows.chunks([window.group for window in made], self._audio.seconds)

    def _decode(self, made: Sequence[_Window], no_repeat: int = 0) -> None:
        """Try every window once, in batches of one language, and see what is wrong with each."""
        chunks = self._chunks(made)
        size = max(1, int(self._context.params["batch_size"]))
        first = 0
        while first < len(made):
            language = made[first].group[0].language
            last = first + 1
            while last < min(len(made), first + size) and made[last].group[0].language == language:
                last += 1
            self._context.check()
            started = time.monotonic()
            some = chunks[first:last]
            states = decode.encode(self._model, self._sound, some)
            results = decode.generate(self._model, some, self._option(language), states, no_repeat)
            for window, chunk, result in zip(made[first:last], some, results, strict=True):
                text = "" if result.silent else result.text  # what it writes of silence is made up
                window.offer(text, self._faults(window, text, result), result.avg_logprob or 0.0)
                self._done += chunk.speech
            self._context.progress(min(self._done, self._total), self._total)
            first = last
            if time.monotonic() - started > _LONGEST_BATCH and size > 1:
                size = max(1, size // 2)

    def _faults(self, window: _Window, text: str, result: Transcript) -> list[str]:
        found = quality_checks.faults(window.source, text, window.group[0].language, TARGET)
        # What the transcript repeats may be a loop of its own: here the sound counts, not the text.
        loops = (result.compression_ratio or 0.0) > DECODING.most_compression or loop(text)
        if loops and text and "repeated" not in found:
            found.append("repeated")
        return found

    def _again(self, window: _Window) -> None:
        """Translate a window with a fault sentence by sentence, and what cannot be cut without repeated word groups."""
        if len(window.group) > 1:
            parts = [_Window([sentence]) for sentence in window.group]
            self._decode(parts)
            for part in (part for part in parts if part.faults):
                self._decode([part], no_repeat=3)
            faults = list(dict.fromkeys(fault for part in parts for fault in part.faults))
            text = " ".join(part.text for part in parts if part.text)
            window.offer(text, faults, sum(part.likely for part in parts) / len(parts))
        if window.faults:
            self._decode([window], no_repeat=3)

    def _see_repeats(self, made: Sequence[_Window]) -> None:
        """Mark windows that say what those before them said, though other things were spoken."""
        sources = [window.source for window in made]
        for place in quality_checks.repeated_lines(sources, [window.text for window in made]):
            if "repeated" not in made[place].faults:
                made[place].faults.append("repeated")

    def _report(self, made: Sequence[_Window]) -> None:
        marked = [window for window in made if window.faults]
        missing = [window for window in marked if not any(map(str.isalnum, window.text))]
        for window in marked:
            if "repeated" in window.faults:
                window.text = quality_checks.unlooped(window.text)
        for window in missing:
            window.text = ""
        times = [(window.group[0].start, window.faults) for window in marked]
        self._context.fact("lines_marked", lines_marked(times))
        if missing:
            lines = sum(len(window.group) for window in missing)
            self._context.degraded(
                f"{lines} line{'s are' if lines > 1 else ' is'} missing, for Whisper heard nothing to translate: the first at "
                f"{missing[0].group[0].start:.0f} s"
            )

    def _option(self, language: str) -> decode.Options:
        """How to decode speech in `language`; the task of its tokenizer is what makes it a translation."""
        if language not in self._options:
            name = str(self._context.model.get("id", "this model"))
            code = requested(language, self._model.supported_languages, name)
            tokenizer = tokenizer_of(self._model, code, "translate")
            self._options[language] = decode.Options(
                tokenizer=tokenizer, beam_size=int(self._context.params["beam_size"])
            )
        return self._options[language]


def _tell(context: Context, foreign: Sequence[Sentence]) -> None:
    """Say what to expect of a small model."""
    name = model_name(str(context.model.get("id", "")))
    if not foreign or name not in _SMALL:
        return
    spoken = max(
        sorted({s.language for s in foreign}), key=lambda code: sum(s.language == code for s in foreign)
    )
    context.fact("rough", f"{name} translates {language_called(spoken).name} roughly")
