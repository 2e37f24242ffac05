"""The stage alignment: the time of each word, by the aligner of its language, or else from the recogniser.

In a film with several languages, each word is aligned in the language of its segment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ipc.artifacts import Audio, open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.alignment import aligners, leading_silence, pieces
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.aligners import Choice
from stage_runners.alignment.loaded import Loaded
from stage_runners.alignment.pieces import Aligned, Span
from stage_runners.alignment.stage import ALIGNMENT
from stage_runners.text.iso639 import language as language_called
from stage_runners.text.word_times import places

STAGE = ALIGNMENT
AUTO = "auto"

_PLACED = "placed"
"""The method of a word of a known text that was not recognised: it is between two that were."""
_MOST_PLACED = 0.05
"""Share of such words of a language from which its times are degraded if no aligner measures them."""

Rows = Sequence[Mapping[str, Any]]


def load(params: Mapping[str, Any], device: str) -> Loaded:
    """Load the aligner of the requested model; with `auto`, the run loads them by language."""
    loaded = Loaded(params, device)
    asked, model = str(params["align_model"]), params.get("_model") or {}
    if asked != AUTO:
        name = aligners.named(asked, model)
        if aligners.ALIGNERS[name].FAMILIES:
            loaded.get(name, model)
    return loaded


def run(loaded: Loaded, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` with the aligner's times, or approximate ones if those are unreliable."""
    audio = open_audio(inputs["audio"])
    given_segments, given_words = read(inputs["segments"], "segments"), read(inputs["words"], "words")
    segments, words = given_segments.rows(), given_words.rows()
    languages = {segment["id"]: segment["language"] for segment in segments}
    spoken = [languages[word["segment"]] for word in words]
    choice = (
        aligners.chosen(str(context.params["align_model"]), context.model, spoken) if words else Choice({})
    )
    context.fact("seconds", audio.seconds)
    rough = [Span(place.start, place.end) for place in places(words, segments)]
    given = [
        "interpolated" if word["start"] is None or word["end"] is None else word["method"] for word in words
    ]
    unaligned = [
        how == aligners.ROUGH and choice.by_language[language] == aligners.ROUGH
        for how, language in zip(given, spoken, strict=True)
    ]
    rough = leading_silence.all_passed(audio, rough, unaligned)
    texts = [Word(word["text"], word["space"], *span) for word, span in zip(words, rough, strict=True)]
    windows = {
        k
        for k in range(1, len(words))
        if given[k] == "interpolated" and words[k]["segment"] != words[k - 1]["segment"]
    }
    guessed = {k for k, how in enumerate(given) if how == _PLACED}
    aligned, choice = _aligned(loaded, audio, texts, spoken, windows, guessed, choice, context)
    _report(choice, context)
    _report_guesses(given, spoken, choice, context)
    spans = {segment["id"]: Span(segment["start"], segment["end"]) for segment in segments}
    rooms = [
        spans[word["segment"]] if how == "interpolated" else None
        for word, how in zip(words, given, strict=True)
    ]
    placed = pieces.place(rough, aligned, [choice.by_language[language] for language in spoken], given, rooms)
    counts = dict(sorted(Counter(one.method for one in placed).items()))
    context.fact("words_by_method", counts)
    for name, count in counts.items():
        context.metric(f"words_{name}", count)
    for word, one in zip(words, placed, strict=True):
        word.update(start=one.start, end=one.end, score=one.score, method=one.method)
    context.save("segments", _columns(_spanned(segments, words)) or given_segments.table)
    context.save("words", _columns(words) or given_words.table)


def _report(choice: Choice, context: Context) -> None:
    context.method = choice.described
    context.fact("aligners", choice.facts())
    for code, model in choice.models.items():
        licence = f", {model['licence']}" if model.get("licence") else ""
        context.log(f"{language_called(code).name}: {choice.by_language[code]} ({model.get('id')}{licence})")
    unfit = [code for code in choice.reasons if code in (context.model.get("unfit") or {})]
    alone = len(choice.by_language) == 1  # else all would be recognised in that language
    for code in unfit:
        context.degraded(
            f"{language_called(code).name} words keep the recogniser's times, because this device cannot run "
            f"their aligner; add {f'--language {code}, or ' if alone else ''}--device alignment=cpu"
        )
    for code, because in choice.reasons.items():
        context.log(f"{language_called(code).name} words keep the recogniser's times: {because}")


def _report_guesses(given: Sequence[str], spoken: Sequence[str], choice: Choice, context: Context) -> None:
    """Degrade the result if an engine gave no word times, and no aligner measures them."""
    guessed = {
        language
        for how, language in zip(given, spoken, strict=True)
        if how == "interpolated" and choice.by_language[language] == aligners.ROUGH
    }
    if guessed:
        names = ", ".join(sorted(language_called(code).name for code in guessed))
        context.degraded(
            f"{names}: word times are guesses, up to half a minute off, because the recognition engine gives "
            "none and no aligner was used; name one with --align-model"
        )

    for language in dict.fromkeys(spoken):
        own = [how for how, other in zip(given, spoken, strict=True) if other == language]
        share = own.count(_PLACED) / len(own)
        if share >= _MOST_PLACED and choice.by_language[language] == aligners.ROUGH:
            context.degraded(
                f"{language_called(language).name}: {share:.0%} of the words of your text were not "
                "recognised, and have estimated times, because no aligner was used; a larger --model "
                "recognises more"
            )


def _aligned(
    loaded: Loaded,
    audio: Audio,
    words: Sequence[Word],
    spoken: Sequence[str],
    windows: Collection[int],
    guessed: Collection[int],
    choice: Choice,
    context: Context,
) -> tuple[list[Aligned | None], Choice]:
    """Each word's time by the aligner of its language in `spoken`; None if it keeps the approximate one.

    `windows` are the words that begin a window of an engine without word times: only its bounds are known.
    `guessed` are the words of a known text that were not recognised.
    Also the choice, without an aligner that could not be loaded though nobody asked for it.
    """
    result: list[Aligned | None] = [None] * len(words)
    if set(choice.by_language.values()) <= {aligners.ROUGH}:
        return result, choice
    changes = {k for k in range(1, len(spoken)) if spoken[k] != spoken[k - 1]} | set(windows)
    todo = pieces.pieces([Span(word.start, word.end) for word in words], audio.seconds, changes, guessed)
    done = 0.0
    for language in dict.fromkeys(spoken):  # one network after the other
        own = [piece for piece in todo if spoken[piece.first] == language]
        aligner, choice = _loaded(loaded, language, choice, context)
        for piece in own:
            context.check()
            result[piece.first : piece.last] = aligner.align(
                audio, piece, words[piece.first : piece.last], language
            )
            done += piece.end - piece.start
            context.progress(min(done, audio.seconds), audio.seconds)
    return result, choice


def _loaded(loaded: Loaded, language: str, choice: Choice, context: Context) -> tuple[Aligner, Choice]:
    """The aligner of a language; the recogniser's times if `auto` chose one that is damaged."""
    try:
        return loaded.get(choice.by_language[language], choice.models.get(language, {})), choice
    except StageError as error:
        if context.params["align_model"] != AUTO or error.category not in {"config", "env"}:
            raise
        name = language_called(language).name
        context.degraded(
            f"{name} words keep the recogniser's times, because its aligner could not be loaded: "
            f"{error.message}"
        )
        context.fact("transient", f"the aligner of {name} could not be loaded")
        rough = replace(
            choice,
            by_language={**choice.by_language, language: aligners.ROUGH},
            reasons={**choice.reasons, language: error.message},
            models={code: model for code, model in choice.models.items() if code != language},
        )
        return loaded.get(aligners.ROUGH, {}), rough


def _spanned(segments: Rows, words: Rows) -> list[dict[str, Any]]:
    """Segments with the start and end of their words; starts never decrease."""
    spans: dict[int, tuple[float, float]] = {}
    for word in words:
        first, last = spans.get(word["segment"], (word["start"], word["end"]))
        spans[word["segment"]] = (min(first, word["start"]), max(last, word["end"]))
    result = []
    clock = 0.0
    for segment in segments:
        start, end = spans.get(segment["id"], (segment["start"], segment["end"]))
        clock = max(clock, start)
        result.append({**segment, "start": clock, "end": max(clock, end)})
    return result


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
