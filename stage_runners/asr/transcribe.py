"""Speech recognition, batched over the windows of speech, by any engine (`stage_runners.asr.engines`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ipc.artifacts import open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.asr import doubts, languages, name_bias, passes, windows
from stage_runners.asr import segments as asr_lines
from stage_runners.asr.languages import Detected
from stage_runners.asr.recognizer import UNKNOWN, Recognizer, Settings, Sound, Transcript
from stage_runners.asr.segments import Span
from stage_runners.asr.tables import tables
from stage_runners.asr.windows import Chunk

_INTERPOLATED = "interpolated"
"""The method of word times that no engine gave."""


def run(recognizer: Recognizer, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` of everything that is said in the speech regions, and `doubts`."""
    audio = open_audio(inputs["audio"])
    sound = Sound(audio.samples, audio.sample_rate)
    regions = [(row["start"], row["end"]) for row in read(inputs["speech"], "regions").rows()]
    chunks = windows.pack(regions, sound.samples, sound.sample_rate, _limit(recognizer, context))
    _describe(recognizer, sound, context)
    detected = _language(recognizer, sound, chunks, context)
    settings = _settings(recognizer, context)
    decoded = _decoded(recognizer, sound, chunks, detected, settings, inputs.get("glossary"), context)
    _report_languages(decoded, detected, context)
    bias = _time_bias(recognizer, context)
    reviewed = doubts.reviewed(
        recognizer,
        sound,
        asr_lines.lines(decoded, bias),
        [Span(*region) for region in regions],
        len(chunks),
        settings,
        detected.language,
        bias,
        context,
    )
    method = recognizer.capabilities.word_times or _INTERPOLATED
    made = tables(reviewed.lines, detected.probability.get(detected.language), method)
    _report_likelihood(made["segments"], context)
    for output, columns in made.items():
        context.save(output, columns)
    context.save("doubts", doubts.columns(reviewed))


def _limit(recognizer: Recognizer, context: Context) -> float:
    """Seconds of a window at most."""
    limit = min(float(context.params["chunk_size"]), recognizer.capabilities.longest_window)
    if limit < 1:
        raise StageError("config", f"--chunk-size {context.params['chunk_size']} is less than a second")
    return limit


def _describe(recognizer: Recognizer, sound: Sound, context: Context) -> None:
    context.method = recognizer.method
    if recognizer.computed_on:
        context.fact("computed_on", recognizer.computed_on)
    context.fact("compute_type", recognizer.compute_type)
    context.fact("seconds", sound.seconds)


def _language(recognizer: Recognizer, sound: Sound, chunks: Sequence[Chunk], context: Context) -> Detected:
    """The film's language, without a probability where it was asked for."""
    asked = context.params.get("language")
    if asked:
        model = str(context.model.get("id", "this model"))
        code = languages.requested(str(asked), recognizer.capabilities.languages, model)
        return Detected(code, {}, {})
    if not chunks:
        context.log("nobody speaks: no text")
        return Detected(UNKNOWN, {}, {})
    detected = languages.detect(recognizer, sound, chunks)
    if detected.probability:
        context.log(
            f"language: {detected.language} (probability {detected.probability[detected.language]:.2f})"
        )
    else:
        context.log("this engine does not detect the film's language; --language sets it")
    return detected


def _settings(recognizer: Recognizer, context: Context) -> passes.SettingsOf:
    """The settings of each language.

    What was asked for and the engine cannot take is reported, and left out.
    """
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
) -> list[Transcript]:
    if not chunks:
        return []
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
    context.metric("windows", len(chunks))
    context.metric("decoded_again", sum(result.tries > 1 for result in decoded))
    return name_bias.biased(
        recognizer, sound, decoded, glossary, lambda window: settings(window.language), context
    )


def _time_bias(recognizer: Recognizer, context: Context) -> float:
    """Seconds by which word times are late."""
    bias = recognizer.time_bias
    if bias is None:
        context.log(f"word times of model {context.model.get('id') or 'unnamed'}: no known bias to remove")
    context.fact("attention_bias_ms", None if bias is None else round(bias * 1000))
    return bias or 0.0


def _report_languages(decoded: Sequence[Transcript], detected: Detected, context: Context) -> None:
    """The facts `language` (the one spoken most), its probability, and `languages`.

    The share of speech in each.
    """
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
    if probability is not None and len(shares) > 1:  # of the whole film it says little: of the parts, then
        sure = [
            (result.chunk.speech, result.language_probability)
            for result in decoded
            if result.language == most and result.language_probability is not None
        ]
        probability = sum(weight * p for weight, p in sure) / (sum(weight for weight, _ in sure) or 1.0)
    context.fact("language_probability", None if probability is None else round(probability, 4))
    context.fact("languages", shares)


def _report_likelihood(segments: Mapping[str, Sequence[Any]], context: Context) -> None:
    """The fact `avg_logprob`, the mean over the segments by their seconds.

    Low where the model does not know the language.
    """
    measured = [
        (end - start, value)
        for start, end, value in zip(segments["start"], segments["end"], segments["avg_logprob"], strict=True)
        if value is not None
    ]
    total = sum(length for length, _ in measured)
    if total:
        context.fact("avg_logprob", round(sum(length * value for length, value in measured) / total, 3))
