"""Transcribes a film in batches of windows, with any engine (`stage_runners.asr.engines`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ipc.artifacts import open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.asr import doubts, languages, name_bias, orthography, passes, text_language
from stage_runners.asr import segments as asr_lines
from stage_runners.asr.languages import Detected
from stage_runners.asr.segments import Span
from stage_runners.asr.tables import tables
from stage_runners.recognition import requested_language, windows
from stage_runners.recognition.recognizer import UNKNOWN, Recognizer, Settings, Sound, Transcript
from stage_runners.recognition.windows import Chunk

_INTERPOLATED = "interpolated"
"""The method of word times if the engine gives none."""


def run(recognizer: Recognizer, inputs: Mapping[str, Path], context: Context) -> None:
    """Transcribe the speech regions, and write `segments`, `words` and `doubts`."""
    audio = open_audio(inputs["audio"])
    sound = Sound(audio.samples, audio.sample_rate)
    regions = [(row["start"], row["end"]) for row in read(inputs["speech"], "regions").rows()]
    chunks = windows.pack(regions, sound.samples, sound.sample_rate, _limit(recognizer, context))
    _describe(recognizer, sound, context)
    detected = _language(recognizer, sound, chunks, context)
    settings = _settings(recognizer, context)
    decoded, detected = _decoded(
        recognizer, sound, chunks, detected, settings, inputs.get("glossary"), context
    )
    _report_languages(decoded, detected, context)
    bias = _time_bias(recognizer, context)
    reviewed = doubts.reviewed(
        recognizer,
        sound,
        asr_lines.lines(decoded, bias, timed=bool(recognizer.capabilities.word_times)),
        [Span(*region) for region in regions],
        len(chunks),
        settings,
        detected.language,
        bias,
        context,
    )
    reviewed = orthography.written(reviewed, str(context.params.get("language") or ""), context)
    method = recognizer.capabilities.word_times or _INTERPOLATED
    made = tables(reviewed.lines, detected.probability.get(detected.language), method)
    _report_likelihood(made["segments"], context)
    for output, columns in made.items():
        context.save(output, columns)
    context.save("doubts", doubts.columns(reviewed))


def _limit(recognizer: Recognizer, context: Context) -> float:
    """Maximum length of a window, in seconds."""
    limit = min(float(context.params["chunk_size"]), recognizer.capabilities.longest_window)
    if limit < 1:
        raise StageError(
            "config", f"--chunk-size {context.params['chunk_size']}: too short", "use at least 1 second"
        )
    return limit


def _describe(recognizer: Recognizer, sound: Sound, context: Context) -> None:
    context.method = recognizer.method
    if recognizer.computed_on:
        context.fact("computed_on", recognizer.computed_on)
    context.fact("compute_type", recognizer.compute_type)
    context.fact("seconds", sound.seconds)


def _language(recognizer: Recognizer, sound: Sound, chunks: Sequence[Chunk], context: Context) -> Detected:
    """The film's language; it has no probability if the user requested it."""
    if language := context.params.get("language"):
        model = str(context.model.get("id", "this model"))
        code = requested_language.checked(str(language), recognizer.capabilities.languages, model)
        return Detected(code, {}, {})
    if not chunks:
        context.log("no speech in this film: no text")
        return Detected(UNKNOWN, {}, {})
    detected = languages.detect(recognizer, sound, chunks)
    if detected.probability:
        context.log(
            f"language: {detected.language} (probability {detected.probability[detected.language]:.2f})"
        )
    return detected


def _settings(recognizer: Recognizer, context: Context) -> passes.SettingsOf:
    """The settings of each language, without options that the engine does not support; those are reported."""
    texts = {name: context.params.get(name) or None for name in ("initial_prompt", "hotwords")}
    if recognizer.prompt is None:
        for name in (name for name, text in texts.items() if text):
            context.degraded(f"--{name.replace('_', '-')} has no effect: this engine takes no prompt")
        texts = dict.fromkeys(texts)

    @cache
    def settings(language: str) -> Settings:
        return Settings(language=language, beam_size=int(context.params["beam_size"]), **texts)

    return settings


def _decoded(
    recognizer: Recognizer,
    sound: Sound,
    chunks: Sequence[Chunk],
    detected: Detected,
    settings: passes.SettingsOf,
    glossary: Path | None,
    context: Context,
) -> tuple[list[Transcript], Detected]:
    """The transcripts, and the film's language, which is known now if only its text tells it."""
    if not chunks:
        return [], detected
    if recognizer.prompt is not None:
        recognizer.prompt.check(settings(detected.language))
    several = not context.params.get("language") and bool(context.params.get("segment_languages", True))
    film = passes.Film(
        recognizer=recognizer,
        sound=sound,
        settings=settings,
        batch_size=max(1, int(context.params["batch_size"])),
        limit=_limit(recognizer, context),
        detector=recognizer.detector if several else None,
        encoded=detected.encoded,
        check=context.check,
        progress=context.progress,
    )
    decoded = passes.read(film, chunks, detected.language)
    decoded, detected = text_language.identified(recognizer, decoded, detected, context)
    context.metric("windows", len(chunks))
    context.metric("decoded_again", sum(result.tries > 1 for result in decoded))
    biased = name_bias.biased(
        recognizer, sound, decoded, glossary, lambda window: settings(window.language), context
    )
    return biased, detected


def _time_bias(recognizer: Recognizer, context: Context) -> float:
    """The delay of word times, in seconds."""
    bias = recognizer.time_bias
    if bias is None:
        context.log(f"model {context.model.get('id') or 'unnamed'}: no known bias of word times to remove")
    context.fact("attention_bias_ms", None if bias is None else round(bias * 1000))
    return bias or 0.0


def _report_languages(decoded: Sequence[Transcript], detected: Detected, context: Context) -> None:
    """Report `language`, the most spoken one, its probability, and `languages`, the share of each."""
    seconds: dict[str, float] = {}
    for result in decoded:
        seconds[result.language] = seconds.get(result.language, 0.0) + result.chunk.speech
    total = sum(seconds.values())
    order = sorted(seconds, key=lambda code: seconds[code], reverse=True)
    shares = {code: round(seconds[code] / total, 4) for code in order} if total else {}
    if len(shares) > 1:
        context.log("languages: " + ", ".join(f"{code} {share:.0%}" for code, share in shares.items()))
    most = next(iter(shares), detected.language)
    context.fact("language", most)
    probability = detected.probability.get(most)
    if probability is not None and len(shares) > 1:  # a film's mean means little in a mix: use its parts
        parts = [
            (result.chunk.speech, result.language_probability)
            for result in decoded
            if result.language == most and result.language_probability is not None
        ]
        probability = sum(weight * p for weight, p in parts) / (sum(weight for weight, _ in parts) or 1.0)
    context.fact("language_probability", None if probability is None else round(probability, 4))
    context.fact("languages", shares)


def _report_likelihood(segments: Mapping[str, Sequence[Any]], context: Context) -> None:
    """Report `avg_logprob`, the segments' mean weighted by duration; it is low in an unsupported language."""
    measured = [
        (end - start, value)
        for start, end, value in zip(segments["start"], segments["end"], segments["avg_logprob"], strict=True)
        if value is not None
    ]
    total = sum(length for length, _ in measured)
    if total:
        context.fact("avg_logprob", round(sum(length * value for length, value in measured) / total, 3))
