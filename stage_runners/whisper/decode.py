"""Whisper over batches of windows, with a second try where the text looks wrong.

The calls are those of faster-whisper's `BatchedInferencePipeline` (encode, generate, align), made one by one so
that a run can report progress, stop between batches, and decode a single window again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stage_runners.whisper.windows import Chunk, halves

MAX_COMPRESSION = 2.4
MIN_LOGPROB = -1.0
"""Whisper's own thresholds (Radford et al. 2022, section 4.5)."""
_SILENT = ((0.6, -0.5), (0.4, -1.0))
"""Probability of no speech above which, and mean log-probability below which, a window holds no speech.

Whisper's own pair is .6 and -1. Windows of music and noise, in four languages, had .48 to .99 and -.7 to -2.4, and one loop
after the other; windows of speech, meetings included, at most .32.
"""
_SHORTEST_CUT = 6.0
"""Seconds below which a window is not cut again."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to decode: the tokenizer carries language and task."""

    tokenizer: Any
    beam_size: int = 5
    initial_prompt: str | None = None
    hotwords: str | None = None


class Token(NamedTuple):
    """A word as Whisper spells it, blank before it included; times in seconds of the film."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What Whisper read in a window. `tries` counts the decodings it took."""

    chunk: Chunk
    tokens: Sequence[int]
    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    language: str = ""
    language_probability: float | None = None
    tries: int = 1
    words: tuple[Token, ...] = field(default=())

    @property
    def silent(self) -> bool:
        """Whether Whisper hears no speech here, or wrote nothing."""
        unsure = any(self.no_speech_prob > most and self.avg_logprob < least for most, least in _SILENT)
        return unsure or not any(char.isalnum() for char in self.text)

    @property
    def doubtful(self) -> bool:
        """Whether the text repeats itself, or is hardly more likely than others."""
        return self.compression_ratio > MAX_COMPRESSION or self.avg_logprob < MIN_LOGPROB


def decode(
    whisper: Any,
    samples: Any,
    sample_rate: int,
    chunks: Sequence[Chunk],
    options: Options,
    encoded: Any = None,
) -> Iterator[Decoded]:
    """Decode one batch of windows; a doubtful one is decoded again, in halves and without repetition.

    `whisper` is a faster_whisper.WhisperModel, `samples` int16 of shape (n,), `encoded` what `encode` gave for
    these chunks, where that was called before. Yields in the order of `chunks`; a window may yield more than one result (its parts),
    or none (nobody speaks).
    """
    results, encoded = generate(whisper, samples, sample_rate, chunks, options, encoded=encoded)
    _timed = align(whisper, encoded, results, options)
    for result in _timed:
        if result.silent:
            continue
        if result.doubtful:
            yield from _again(whisper, samples, sample_rate, result, options)
        else:
            yield result


def prompt_size(whisper: Any, options: Options) -> tuple[int, int]:
    """Tokens that prompt and hotwords take, and how many there is room for: half of the decoder's context."""
    texts = [text for text in (options.hotwords, options.initial_prompt) if text]
    used = sum(len(options.tokenizer.encode(" " + text.strip())) for text in texts)
    return used, whisper.max_length // 2 - 1


def features(whisper: Any, samples: Any, sample_rate: int, chunk: Chunk) -> Any:
    """Log-mel spectrogram of a window, float32 of shape (bands, 3000), filled up with zeros as faster-whisper does."""
    import numpy as np
    from faster_whisper.audio import pad_or_trim

    pcm = samples[round(chunk.start * sample_rate) : round(chunk.end * sample_rate)]
    return pad_or_trim(whisper.feature_extractor(pcm.astype(np.float32) / 32768.0)[..., :-1])


def encode(whisper: Any, samples: Any, sample_rate: int, chunks: Sequence[Chunk]) -> Any:
    """The encoder's states of the windows, (windows, 1500, states), in the framework's own kind of array."""
    import numpy as np

    return whisper.encode(np.stack([features(whisper, samples, sample_rate, chunk) for chunk in chunks]))


def _again(
    whisper: Any, samples: Any, sample_rate: int, first: Decoded, options: Options, depth: int = 0
) -> list[Decoded]:
    """Decode a doubtful window in halves, and what stays doubtful without repeated word groups.

    Whisper's own way is to sample at rising temperatures. CTranslate2 seeds its generators once a thread, so
    that would give another text in a worker that has decoded before; these two ways give the same text always.
    """
    chunk = first.chunk
    if depth < 2 and chunk.end - chunk.start >= _SHORTEST_CUT:
        parts: list[Decoded] = []
        for half in halves(chunk, samples, sample_rate):
            results, encoded = generate(whisper, samples, sample_rate, [half], options)
            for result in align(whisper, encoded, results, options):
                if result.silent:
                    continue
                if result.doubtful:
                    parts.extend(_again(whisper, samples, sample_rate, result, options, depth + 1))
                else:
                    parts.append(result)
        return [_tried(part, first.tries) for part in parts]
    results, encoded = generate(whisper, samples, sample_rate, [chunk], options, no_repeat=3)
    other = results[0]
    best = max(first, other, key=lambda r: (r.compression_ratio <= MAX_COMPRESSION, r.avg_logprob))
    if best.silent or best.compression_ratio > MAX_COMPRESSION:
        return []
    return [_tried(result, first.tries) for result in align(whisper, encoded, [best], options)]


def _tried(result: Decoded, before: int) -> Decoded:
    return Decoded(**{**vars(result), "tries": result.tries + before})


def generate(
    whisper: Any,
    samples: Any,
    sample_rate: int,
    chunks: Sequence[Chunk],
    options: Options,
    no_repeat: int = 0,
    encoded: Any = None,
) -> tuple[list[Decoded], Any]:
    """What Whisper reads in each window, without times, and the encodings; `no_repeat` words in a row never come twice where it is not 0."""
    from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

    if encoded is None:
        encoded = encode(whisper, samples, sample_rate, chunks)
    tokenizer = options.tokenizer
    previous = tokenizer.encode(" " + options.initial_prompt.strip()) if options.initial_prompt else []
    prompt = whisper.get_prompt(tokenizer, previous, without_timestamps=True, hotwords=options.hotwords)
    generated = whisper.model.generate(
        encoded,
        [prompt] * len(chunks),
        beam_size=options.beam_size,
        max_length=whisper.max_length,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        no_repeat_ngram_size=no_repeat,
        return_scores=True,
        return_no_speech_prob=True,
    )
    results = []
    for chunk, one in zip(chunks, generated, strict=True):
        tokens = one.sequences_ids[0]
        text = tokenizer.decode(tokens)
        results.append(
            Decoded(
                chunk=chunk,
                tokens=tokens,
                text=text.strip(),
                avg_logprob=one.scores[0] * len(tokens) / (len(tokens) + 1),
                no_speech_prob=one.no_speech_prob,
                compression_ratio=get_compression_ratio(text) if text.strip() else 0.0,
                language=tokenizer.language_code,
            )
        )
    return results, encoded


def align(whisper: Any, encoded: Any, results: Sequence[Decoded], options: Options) -> list[Decoded]:
    """Add the words' times, from the cross-attention by dynamic time warping (OpenAI's word timestamps)."""
    tokens = [[token for token in result.tokens if token < options.tokenizer.eot] for result in results]
    frames = [min(3000, round((r.chunk.end - r.chunk.start) * 100)) for r in results]
    found = whisper.find_alignment(options.tokenizer, tokens, encoded, frames)
    return [
        Decoded(
            **{
                **vars(result),
                "words": tuple(
                    Token(
                        word["word"],
                        result.chunk.start + float(word["start"]),
                        result.chunk.start + float(word["end"]),
                        float(word["probability"]),
                    )
                    for word in words
                ),
            }
        )
        for result, words in zip(results, found, strict=True)
    ]
