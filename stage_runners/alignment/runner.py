"""Word times: English by pocketsphinx, others by a wav2vec2 model where one is named, else Whisper's attention.

A film may speak several languages: each word is aligned as its segment's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.artifacts import Audio, open_audio, read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.alignment import confidence, g2p, pieces, spoken_text
from stage_runners.alignment.pieces import Aligned, Piece, Span
from stage_runners.alignment.stage import ALIGNMENT
from stage_runners.text.word_times import places

STAGE = ALIGNMENT

_OWN = {"auto", "pocketsphinx", "attention"}
Rows = Sequence[Mapping[str, Any]]
Align = Callable[[Any, Rows, Sequence[Span], Piece], "list[Aligned | None]"]


def load(params: Mapping[str, Any], device: str) -> Any:
    """The aligner that was named; for `auto` it depends on the language, and comes with the first run."""
    if params["align_model"] in _OWN:
        return {}
    from stage_runners.alignment.wav2vec2 import Aligner

    return {"wav2vec2": Aligner(str(params["_model"]["path"]), device, int(params.get("_threads") or 1))}


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` with the times of the aligner, or the rough ones where it is not to be trusted."""
    audio = open_audio(inputs["audio"])
    given_segments, given_words = read(inputs["segments"], "segments"), read(inputs["words"], "words")
    segments, words = given_segments.rows(), given_words.rows()
    languages = {segment["id"]: segment["language"] for segment in segments}
    spoken = [languages[word["segment"]] for word in words]
    method = _choose(str(context.params["align_model"]), Counter(spoken), context) if words else "attention"
    context.fact("seconds", audio.seconds)
    partly = method == "pocketsphinx" and set(spoken) != {"en"}
    context.method = "pocketsphinx for English, attention for the rest" if partly else method
    rough = [Span(place.start, place.end) for place in places(words, segments)]
    given = [
        "interpolated" if word["start"] is None or word["end"] is None else word["method"] for word in words
    ]
    aligned: list[Aligned | None] = [None] * len(words)
    if method != "attention":
        known = {"en"} if method == "pocketsphinx" else set(spoken)
        aligned = _aligned(_aligner(model, method), audio, words, rough, spoken, known, context)
    placed = pieces.place(rough, aligned, method, given)
    counts = dict(sorted(Counter(one.method for one in placed).items()))
    context.fact("words_by_method", counts)
    for name, count in counts.items():
        context.metric(f"words_{name}", count)
    for word, one in zip(words, placed, strict=True):
        word.update(start=one.start, end=one.end, score=one.score, method=one.method)
    context.save("segments", _columns(_spanned(segments, words)) or given_segments.table)
    context.save("words", _columns(words) or given_words.table)


def _choose(asked: str, spoken: Counter[str], context: Context) -> str:
    """The method for words of these languages: `pocketsphinx` (for those in English), `wav2vec2` or `attention`."""
    if asked not in _OWN:
        return "wav2vec2"
    others = sorted(spoken.keys() - {"en"})
    if asked == "pocketsphinx" and "en" not in spoken:
        raise StageError(
            "config",
            f"pocketsphinx aligns English only, and the film speaks {', '.join(others)}.",
            "Leave --align_model out, or name a wav2vec2 model of that language.",
        )
    if asked == "attention":
        return asked
    reasons = []
    if others:
        reasons.append(
            f"no aligner for {', '.join(others)} at hand; --align_model takes a wav2vec2 model of it"
        )
    if "en" in spoken:
        missing = _missing()
        if missing and asked == "pocketsphinx":
            raise StageError("env", f"pocketsphinx cannot run here: {missing}.", "Run `orchestrator doctor`.")
        reasons = [missing, *reasons] if missing else reasons
    if reasons:
        context.log(f"word times stay those of Whisper's attention: {'; '.join(reasons)}")
        context.fact("attention_because", "; ".join(reasons))
    return "pocketsphinx" if "en" in spoken and not _missing() else "attention"


def _missing() -> str:
    """What pocketsphinx lacks here; empty where nothing."""
    from importlib.util import find_spec

    if find_spec("pocketsphinx") is None:
        return "this Python has no pocketsphinx"
    if not g2p.available():
        return "the pronunciations of g2p_en are not there or not those that were measured"
    return ""


def _aligner(model: Any, method: str) -> Align:
    """A function that aligns the words of a piece."""
    if method == "wav2vec2":
        wave2vec = model["wav2vec2"]

        def by_wav2vec2(audio: Any, words: Rows, _: Sequence[Span], piece: Piece) -> list[Aligned | None]:
            pcm = audio.float32(piece.start, piece.end)
            found = wave2vec.align(pcm, [w["text"] for w in words], [w["space"] for w in words])
            return [
                one and one._replace(start=one.start + piece.start, end=one.end + piece.start)
                for one in found
            ]

        return by_wav2vec2
    from stage_runners.alignment.sphinx import Aligner

    if "pocketsphinx" not in model:
        model["pocketsphinx"] = Aligner()
    sphinx = model["pocketsphinx"]

    def by_pocketsphinx(audio: Any, words: Rows, rough: Sequence[Span], piece: Piece) -> list[Aligned | None]:
        texts = [word["text"] for word in words]
        spoken = [
            spoken_text.spoken(text, sphinx.known, after)
            for text, after in zip(texts, [*texts[1:], ""], strict=True)
        ]
        sounds = _sounds(sphinx, audio, spoken, piece)
        nats = confidence.neighbourhood(sounds)
        return [
            Aligned(sound.start, sound.end, confidence.score(near))
            if sound is not None and confidence.trusted(near, sound.start, span.start)
            else None
            for sound, near, span in zip(sounds, nats, rough, strict=True)
        ]

    return by_pocketsphinx


def _sounds(
    sphinx: Any, audio: Audio, spoken: Sequence[Sequence[str]], piece: Piece
) -> list[confidence.Sound | None]:
    """What pocketsphinx heard for each written word, from the dictionary words it is pronounced as."""
    heard = [word for part in spoken for word in part]
    if not heard:
        return [None] * len(spoken)
    sphinx.learn(heard)
    rate = audio.sample_rate
    found = sphinx.align(audio.samples[round(piece.start * rate) : round(piece.end * rate)], heard)
    if found is None:
        return [None] * len(spoken)
    sounds: list[confidence.Sound | None] = []
    at = 0
    for part in spoken:
        own = found[at : at + len(part)]
        at += len(part)
        if not own:
            sounds.append(None)
            continue
        start, end = own[0].start + piece.start, own[-1].end + piece.start
        sounds.append(confidence.Sound(start, end, sum(o.nats for o in own), sum(o.frames for o in own)))
    return sounds


def _aligned(
    align: Align,
    audio: Audio,
    words: Rows,
    rough: Sequence[Span],
    spoken: Sequence[str],
    known: Collection[str],
    context: Context,
) -> list[Aligned | None]:
    """The words that are `spoken` in a language that the aligner knows, with its times; None for all others."""
    result: list[Aligned | None] = []
    changes = {k for k in range(1, len(spoken)) if spoken[k] != spoken[k - 1]}
    for piece in pieces.pieces(rough, audio.seconds, changes):
        context.check()
        own = slice(piece.first, piece.last)
        if spoken[piece.first] in known:
            result.extend(align(audio, words[own], rough[own], piece))
        else:
            result.extend([None] * (piece.last - piece.first))
        context.progress(piece.end, audio.seconds)
    return result


def _spanned(segments: Rows, words: Rows) -> list[dict[str, Any]]:
    """Segments with the start and end of their words; starts never fall."""
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
