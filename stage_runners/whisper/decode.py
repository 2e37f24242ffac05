"""Decodes batches of windows with Whisper, and tries again if the text looks wrong.

The calls are those of faster-whisper's `BatchedInferencePipeline` (encode, generate, align), made separately
so that a run can report progress, stop between batches, and decode a single window again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stage_runners.recognition.recognizer import Sound, Token, Transcript
from stage_runners.recognition.windows import Chunk, halves
from stage_runners.whisper import encoder_states
from stage_runners.whisper.model import Generation, States, Tokenizer, WhisperModel
from stage_runners.whisper.sizes import FRAMES
from stage_runners.whisper.thresholds import DECODING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Options:
    """The decoding options; the tokenizer contains language and task.

    `after_mark` is how many seconds late a word after a punctuation mark starts, compared to other words.
    """

    tokenizer: Tokenizer
    beam_size: int = 5
    initial_prompt: str | None = None
    hotwords: str | None = None
    after_mark: float = 0.0


def decode(
    model: WhisperModel, sound: Sound, chunks: Sequence[Chunk], options: Options, states: States
) -> Iterator[Transcript]:
    """Decode one batch of windows; a doubtful one is decoded again, in halves and without repetition.

    `states` is the result of `encode` for the windows. Yields in the order of `chunks`; a window may yield
    several transcripts (its parts), or none (no speech).
    """
    yield from _settled(model, sound, generate(model, chunks, options, states), options, states)


def features(model: WhisperModel, sound: Sound, chunk: Chunk) -> NDArray[np.float32]:
    """Log-mel spectrogram of a window, of shape (bands, 3000), padded with zeros as in faster-whisper."""
    import numpy as np
    from faster_whisper.audio import pad_or_trim

    rate = sound.sample_rate
    pcm = sound.samples[round(chunk.start * rate) : round(chunk.end * rate)]
    mel: NDArray[np.float32] = pad_or_trim(
        model.feature_extractor(pcm.astype(np.float32) / 32768.0)[..., :-1]
    )
    return mel


def encode(model: WhisperModel, sound: Sound, chunks: Sequence[Chunk]) -> States:
    """The encoder states of the windows."""
    import numpy as np

    return model.encode(np.stack([features(model, sound, chunk) for chunk in chunks]))


def frames_of(chunk: Chunk) -> int:
    """The number of log-mel frames of a window with sound."""
    return max(1, min(FRAMES, round((chunk.end - chunk.start) * 100)))


def generate(
    model: WhisperModel, chunks: Sequence[Chunk], options: Options, states: States, no_repeat: int = 0
) -> list[Transcript]:
    """The text of each window, without times; groups of `no_repeat` tokens never recur (0: no limit)."""
    from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

    tokenizer = options.tokenizer
    previous = tokenizer.encode(" " + options.initial_prompt.strip()) if options.initial_prompt else []
    prompt = model.get_prompt(tokenizer, previous, without_timestamps=True, hotwords=options.hotwords)
    generated = model.model.generate(
        states,
        [prompt] * len(chunks),
        beam_size=options.beam_size,
        max_length=model.max_length,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        no_repeat_ngram_size=no_repeat,
        return_scores=True,
        return_no_speech_prob=True,
    )
    return [
        transcript(chunk, one, tokenizer, get_compression_ratio)
        for chunk, one in zip(chunks, generated, strict=True)
    ]


def transcript(
    chunk: Chunk, one: Generation, tokenizer: Tokenizer, compression: Callable[[str], float]
) -> Transcript:
    """A decoded window, without times.

    `compression` gives the ratio of a text's size to its compressed size.
    """
    tokens = one.sequences_ids[0]
    text = tokenizer.decode(tokens)
    likely = one.scores[0] * len(tokens) / (len(tokens) + 1)
    ratio = compression(text) if text.strip() else 0.0
    unsure = any(one.no_speech_prob > most and likely < least for most, least in DECODING.silent)
    return Transcript(
        chunk=chunk,
        tokens=tokens,
        text=text.strip(),
        avg_logprob=likely,
        no_speech_prob=one.no_speech_prob,
        compression_ratio=ratio,
        language=tokenizer.language_code,
        silent=unsure or not any(char.isalnum() for char in text),
        doubtful=ratio > DECODING.most_compression or likely < DECODING.least_logprob,
    )


def align(
    model: WhisperModel, states: States, results: Sequence[Transcript], options: Options
) -> list[Transcript]:
    """Add the words' times, from the cross-attention by dynamic time warping (OpenAI's word timestamps)."""
    tokens = [[token for token in result.tokens if token < options.tokenizer.eot] for result in results]
    frames = [frames_of(result.chunk) for result in results]
    aligned = model.find_alignment(options.tokenizer, tokens, states, frames)
    return [
        replace(result, words=tuple(_tokens(words, result.chunk.start, options.after_mark)))
        for result, words in zip(results, aligned, strict=True)
    ]


def _settled(
    model: WhisperModel,
    sound: Sound,
    results: Sequence[Transcript],
    options: Options,
    states: States,
    depth: int = 0,
) -> Iterator[Transcript]:
    """The texts of windows with times, without silent ones, and a doubtful one decoded again."""
    kept = [row for row, result in enumerate(results) if not (result.silent or result.doubtful)]
    timed = iter(
        align(model, encoder_states.chosen(states, kept), [results[row] for row in kept], options)
        if kept
        else ()
    )
    for row, result in enumerate(results):
        if result.silent:
            continue
        if result.doubtful:
            own = encoder_states.chosen(states, [row])
            yield from _again(model, sound, result, options, own, depth)
        else:
            yield next(timed)


def _tokens(words: Sequence[Mapping[str, Any]], chunk_start: float, after_mark: float) -> Iterator[Token]:
    """The words with times of the film.

    One after a mark starts `after_mark` seconds earlier, but not before the word ahead of the mark has ended.
    """
    spoken_until, marked = chunk_start, False
    for word in words:
        start, end = chunk_start + float(word["start"]), chunk_start + float(word["end"])
        if any(char.isalnum() for char in word["word"]):
            if marked:
                start = max(spoken_until, start - after_mark)
            spoken_until, marked = end, False
        else:
            marked = True
        yield Token(word["word"], start, end, float(word["probability"]))


def _again(
    model: WhisperModel, sound: Sound, first: Transcript, options: Options, states: States, depth: int
) -> list[Transcript]:
    """Decode a doubtful window in halves, and parts that stay doubtful without repeated groups of tokens.

    Whisper samples at rising temperatures instead. CTranslate2 seeds its generators once per thread, so the
    text would depend on what a worker decoded before; the two methods here always give the same text.
    `states` are those of the window.
    """
    chunk = first.chunk
    if depth < DECODING.deepest_cut and chunk.end - chunk.start >= DECODING.shortest_cut:
        parts: list[Transcript] = []
        for half in halves(chunk, sound.samples, sound.sample_rate):
            own = encode(model, sound, [half])
            first_of_half = generate(model, [half], options, own)
            parts.extend(_settled(model, sound, first_of_half, options, own, depth + 1))
        return [_tried(part, first.tries) for part in parts]
    other = generate(model, [chunk], options, states, DECODING.no_repeat)[0]
    best = max(first, other, key=lambda r: (not _repeats(r), r.avg_logprob or 0.0))
    if best.silent or _repeats(best):
        return []
    return [_tried(result, first.tries) for result in align(model, states, [best], options)]


def _tried(result: Transcript, before: int) -> Transcript:
    return replace(result, tries=result.tries + before)


def _repeats(result: Transcript) -> bool:
    return (result.compression_ratio or 0.0) > DECODING.most_compression
