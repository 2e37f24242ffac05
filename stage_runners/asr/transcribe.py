"""Speech recognition by Whisper, batched over the windows of speech, whatever computes the network.

A model here is a faster_whisper.WhisperModel: its tokenizer, features, prompts and words, around a network with the methods of
ctranslate2.models.Whisper. `asr_engine_ct2` makes the real one, `asr_engine_mlx` one whose network runs on MLX. So both backends read
the same features, and their texts and times are made by the same code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ipc.artifacts import open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.asr import doubts, name_bias, passes
from stage_runners.asr import segments as asr_lines
from stage_runners.asr.segments import Line, Span
from stage_runners.whisper import decode, language_detection, windows
from stage_runners.whisper.model_names import model_name

_BIAS = {"base": -0.065, "tiny.en": 0.083}
"""Seconds by which each model's attention runs late, the mean on hand-made word times."""


def run(model: Any, inputs: Mapping[str, Path], context: Context, method: str) -> None:
    """Write `segments` and `words` of everything that is said in the speech regions, and `doubts`; `method` names who computes."""
    audio = open_audio(inputs["audio"])
    regions = [(row["start"], row["end"]) for row in read(inputs["speech"], "regions").rows()]
    chunks = windows.pack(regions, audio.samples, audio.sample_rate, _limit(context))
    context.method = f"{method}, {model.model.compute_type}"
    context.fact("compute_type", model.model.compute_type)
    context.fact("seconds", audio.seconds)
    found = _language(model, audio, chunks, context)
    decoded = _decoded(model, audio, chunks, found, inputs.get("glossary"), context)
    _say_languages(decoded, found, context)
    name = model_name(str(context.model.get("id", "")))
    if name not in _BIAS:
        context.log(f"word times of model {name or 'unnamed'}: no known bias to remove")
    context.fact("attention_bias_ms", round(_BIAS[name] * 1000) if name in _BIAS else None)
    bias = _BIAS.get(name, 0.0)
    reviewed = doubts.reviewed(
        model,
        audio,
        asr_lines.lines(decoded, bias),
        [Span(*region) for region in regions],
        len(chunks),
        lambda code: _options(model, code, context),
        found.language,
        bias,
        context,
    )
    tables = _tables(reviewed.lines, found.probability.get(found.language))
    _say_likelihood(tables["segments"], context)
    for output, columns in tables.items():
        context.save(output, columns)
    context.save("doubts", doubts.columns(reviewed))


def _language(model: Any, audio: Any, chunks: Sequence[Any], context: Context) -> language_detection.Detected:
    """The film's language, without a probability where nobody had to find out."""
    asked = context.params.get("language")
    if asked:
        code = language_detection.known(str(asked), model, str(context.model.get("id", "this model")))
        return language_detection.Detected(code, {}, {})
    if not chunks:
        context.log("nobody speaks: no text")
        return language_detection.Detected("und", {}, {})
    found = language_detection.detect(model, audio.samples, audio.sample_rate, chunks)
    context.log(f"language: {found.language} (probability {found.probability[found.language]:.2f})")
    return found


def _decoded(
    model: Any,
    audio: Any,
    chunks: Sequence[Any],
    found: language_detection.Detected,
    glossary: Path | None,
    context: Context,
) -> list[decode.Decoded]:
    if not chunks:
        return []

    @cache
    def options(code: str) -> decode.Options:
        return _options(model, code, context)

    used, room = decode.prompt_size(model, options(found.language))
    if used > room:
        raise StageError(
            "config",
            f"--initial_prompt and --hotwords hold {used} tokens, and this model has room for {room}.",
            "Keep the names that matter most.",
        )
    film = passes.Film(
        whisper=model,
        samples=audio.samples,
        sample_rate=audio.sample_rate,
        options=options,
        batch_size=max(1, int(context.params["batch_size"])),
        limit=_limit(context),
        states=found.states,
        check=context.check,
        progress=context.progress,
    )
    several = (
        model.model.is_multilingual
        and not context.params.get("language")
        and bool(context.params.get("segment_languages", True))
    )
    decoded = passes.read(film, chunks, found.language, several)
    context.metric("windows", len(chunks))
    context.metric("decoded_again", sum(result.tries > 1 for result in decoded))
    return name_bias.biased(model, audio, decoded, glossary, lambda window: options(window.language), context)


def _options(model: Any, language: str, context: Context) -> decode.Options:
    from faster_whisper.tokenizer import Tokenizer

    return decode.Options(
        tokenizer=Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language
        ),
        beam_size=int(context.params["beam_size"]),
        initial_prompt=context.params.get("initial_prompt") or None,
        hotwords=context.params.get("hotwords") or None,
    )


def _limit(context: Context) -> float:
    """Seconds of a window at most."""
    limit = min(float(context.params["chunk_size"]), windows.WINDOW)
    if limit < 1:
        raise StageError("config", f"--chunk_size {context.params['chunk_size']} is less than a second.")
    return limit


def _say_languages(
    decoded: Sequence[decode.Decoded], found: language_detection.Detected, context: Context
) -> None:
    """The facts `language` (the one spoken most), its probability, and `languages`: the share of speech in each."""
    seconds: Counter[str] = Counter()
    for result in decoded:
        seconds[result.language] += result.chunk.speech
    total = sum(seconds.values())
    shares = {code: round(own / total, 4) for code, own in seconds.most_common()} if total else {}
    if len(shares) > 1:
        context.log("languages: " + ", ".join(f"{code} {share:.0%}" for code, share in shares.items()))
    most = next(iter(shares), found.language)
    context.fact("language", most)
    probability = found.probability.get(most)
    if probability is not None and len(shares) > 1:  # of the whole film it says little: of the parts, then
        sure = [
            (result.chunk.speech, result.language_probability)
            for result in decoded
            if result.language == most and result.language_probability is not None
        ]
        probability = sum(weight * p for weight, p in sure) / (sum(weight for weight, _ in sure) or 1.0)
    context.fact("language_probability", None if probability is None else round(probability, 4))
    context.fact("languages", shares)


def _say_likelihood(segments: Mapping[str, Sequence[Any]], context: Context) -> None:
    """The fact `avg_logprob`, the mean over the segments by their seconds: low where the model does not know the language."""
    lengths = [end - start for start, end in zip(segments["start"], segments["end"], strict=True)]
    if sum(lengths):
        weighted = sum(length * value for length, value in zip(lengths, segments["avg_logprob"], strict=True))
        context.fact("avg_logprob", round(weighted / sum(lengths), 3))


def _tables(lines: Sequence[Line], probability: float | None) -> dict[str, dict[str, list[Any]]]:
    segments: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for line in lines:
        read = line.read
        segments.append({
            "id": len(segments),
            "start": line.span.start,
            "end": line.span.end,
            "text": line.text,
            "language": read.language,
            "language_probability": (
                probability if read.language_probability is None else read.language_probability
            ),
            "avg_logprob": read.avg_logprob,
            "no_speech_prob": read.no_speech_prob,
            "compression_ratio": read.compression_ratio,
            "temperature": 0.0,
            "confidence": line.probability,
        })  # fmt: skip
        words.extend(
            {
                "segment": len(segments) - 1,
                "text": word.text,
                "space": word.space,
                "start": word.start,
                "end": word.end,
                "probability": word.probability,
                "method": "attention",
                "overlap": False,
            }
            for word in line.words
        )
    return {"segments": _columns(segments, _SEGMENT), "words": _columns(words, _WORD)}


_SEGMENT = (
    "id", "start", "end", "text", "language", "language_probability", "avg_logprob", "no_speech_prob",
    "compression_ratio", "temperature", "confidence",
)  # fmt: skip
_WORD = ("segment", "text", "space", "start", "end", "probability", "method", "overlap")


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
