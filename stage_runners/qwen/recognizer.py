"""Qwen3-ASR as a speech recognition engine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from stage_runners.qwen.checkpoint import TEXT
from stage_runners.qwen.language_detector import QwenDetector
from stage_runners.qwen.languages import CODES, NAMES
from stage_runners.qwen.network import Network, Written, language_answer, limit_of
from stage_runners.qwen.prompt import QwenPrompt, context_of
from stage_runners.qwen.text_scorer import QwenScorer
from stage_runners.qwen.thresholds import DECODING
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.recognizer import UNKNOWN, Encoded, Settings, Sound, Transcript
from stage_runners.recognition.windows import Chunk, halves


class QwenRecognizer:
    """A loaded Qwen3-ASR; see `stage_runners.recognition.recognizer.Recognizer`."""

    computed_on = ""
    time_bias = 0.0
    """It has no word times, so they have no delay."""

    def __init__(self, network: Network, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.compute_type = network.compute_type
        self.method = f"Qwen3-ASR by Transformers, greedy, {network.compute_type}"
        self.detector = QwenDetector(network)
        self.scorer = QwenScorer(network)
        self.prompt = QwenPrompt(network)
        self._network = network

    def encode(self, sound: Sound, chunks: Sequence[Chunk]) -> list[Encoded]:
        """The windows as vectors."""
        import numpy as np

        rate = sound.sample_rate
        pieces = [
            sound.samples[round(chunk.start * rate) : round(chunk.end * rate)].astype(np.float32) / 32768.0
            for chunk in chunks
        ]
        made = self._network.encode(pieces)
        return [Encoded(sound, chunk, own) for chunk, own in zip(chunks, made, strict=True)]

    def transcribe(self, encoded: Sequence[Encoded], settings: Settings) -> Iterator[Transcript]:
        """The transcripts; a doubtful window is decoded again, in halves."""
        for one, result in zip(encoded, self.transcribe_once(encoded, settings), strict=True):
            if result.silent:
                continue
            if result.doubtful:
                yield from self._again(one, result, settings)
            else:
                yield result

    def transcribe_once(
        self, encoded: Sequence[Encoded], settings: Settings, no_repeat: int = 0
    ) -> list[Transcript]:
        """The transcripts of one decoding."""
        name = NAMES.get(settings.language)
        answer = language_answer(name) if name else ""
        prompt = self._network.prompt(context_of(settings), answer)
        most = limit_of(max(one.chunk.end - one.chunk.start for one in encoded))
        written = self._network.write(
            [prompt] * len(encoded), [one.states for one in encoded], most, no_repeat
        )
        return [
            self._transcript(one.chunk, own, settings.language)
            for one, own in zip(encoded, written, strict=True)
        ]

    def _transcript(self, chunk: Chunk, written: Written, language: str) -> Transcript:
        text = self._network.text(written.tokens)
        name, tag, rest = text.partition(TEXT)
        if language == UNKNOWN:
            language = CODES.get(name.strip().removeprefix("language").strip(), UNKNOWN) if tag else UNKNOWN
        text = " ".join((rest if tag else text).split())
        likely = sum(written.logprobs) / max(1, len(written.logprobs))
        ratio = _compression(text)
        return Transcript(
            chunk=chunk,
            tokens=() if tag else written.tokens,
            text=text,
            language=language,
            avg_logprob=likely,
            compression_ratio=ratio,
            silent=not any(char.isalnum() for char in text),
            doubtful=not written.ended
            or ratio > DECODING.most_compression
            or likely < DECODING.least_logprob,
        )

    def _again(self, one: Encoded, first: Transcript, settings: Settings, depth: int = 0) -> list[Transcript]:
        """Decode a doubtful window in halves, and a part that stays doubtful without repeated groups."""
        chunk = first.chunk
        if depth < DECODING.deepest_cut and chunk.end - chunk.start >= DECODING.shortest_cut:
            parts: list[Transcript] = []
            for half in self.encode(one.sound, halves(chunk, one.sound.samples, one.sound.sample_rate)):
                (result,) = self.transcribe_once([half], settings)
                if result.doubtful and not result.silent:
                    parts.extend(self._again(half, result, settings, depth + 1))
                elif not result.silent:
                    parts.append(result)
            return [_tried(part, first.tries) for part in parts]
        (other,) = self.transcribe_once([one], settings, DECODING.no_repeat)
        best = max(first, other, key=lambda result: (not _repeats(result), result.avg_logprob or 0.0))
        return [] if best.silent or _repeats(best) else [_tried(best, first.tries)]


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def _repeats(result: Transcript) -> bool:
    return (result.compression_ratio or 0.0) > DECODING.most_compression


def _tried(result: Transcript, before: int) -> Transcript:
    return replace(result, tries=result.tries + before)
