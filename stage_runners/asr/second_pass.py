"""Stretches of a film read a second time: by themselves, without prompt, hotwords or a neighbour's text, in windows of other bounds.

A second look costs an encoder's pass of 30 s whatever its length, so a film may have only so many, and what was not looked at is said.
Whisper's own second try samples at a higher temperature; dice give another text every time (see docs/decisions), other bounds do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any, NamedTuple

from stage_runners.asr.segments import Line, Span, plain
from stage_runners.whisper import decode, encoder_states
from stage_runners.whisper.decode import Decoded, Options
from stage_runners.whisper.windows import WINDOW, Chunk

SHARE, LEAST = 0.1, 2
"""Second looks that a film may have, as a share of its windows, and how many it may always have."""
_RUN = 3
"""Letters that have to come again in a row to count: single ones are in any text."""
_NEVER = 1e-4
"""Probability below which a token counts as this unlikely: one strange token says little of a line."""
_MOST_TOKENS = 200


class Asked(NamedTuple):
    """A stretch to be read again in `language`, with so many seconds of margin; `line` is what was read there, where anything was."""

    span: Span
    language: str
    margin: float = 0.3
    line: Line | None = None


class Look(NamedTuple):
    """What was read. `gain`: nats a token by which the sound makes the line's text likelier than silence does, None where there was no line."""

    read: Decoded
    gain: float | None


class SecondLooks:
    """Reads stretches again, and counts: `most` is how many there may be, `done` how many there were."""

    def __init__(
        self,
        whisper: Any,
        audio: Any,
        options: Callable[[str], Options],
        windows: int,
        batch_size: int,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.most = max(LEAST, round(SHARE * windows))
        self.done = 0
        self._whisper = whisper
        self._audio = audio
        self._options = options
        self._batch = batch_size
        self._check = check
        self._silence: Any = None

    @property
    def left(self) -> int:
        """How many there may still be."""
        return self.most - self.done

    def read(self, asked: Sequence[Asked]) -> list[Look]:
        """What is heard in each stretch, as many as are left, with words and their times."""
        asked = asked[: self.left]
        self.done += len(asked)
        result: dict[int, Look] = {}
        for language in dict.fromkeys(one.language for one in asked):
            rows = [row for row, one in enumerate(asked) if one.language == language]
            for first in range(0, len(rows), self._batch):
                self._check()
                batch = rows[first : first + self._batch]
                result.update(zip(batch, self._looks([asked[row] for row in batch], language), strict=True))
        return [result[row] for row in range(len(asked))]

    def _looks(self, asked: Sequence[Asked], language: str) -> Iterator[Look]:
        options = replace(self._options(language), initial_prompt=None, hotwords=None)
        chunks = [self._chunk(one) for one in asked]
        samples, rate = self._audio.samples, self._audio.sample_rate
        found, encoded = decode.generate(self._whisper, samples, rate, chunks, options)
        timed = decode.align(self._whisper, encoded, found, options)
        states = encoder_states.rows(encoded)
        for one, read, own in zip(asked, timed, states, strict=True):
            yield Look(read, self._gain(one.line, own, read.chunk, options) if one.line else None)

    def _chunk(self, asked: Asked) -> Chunk:
        start = max(0.0, asked.span.start - asked.margin)
        end = min(self._audio.seconds, asked.span.end + asked.margin, start + WINDOW)
        return Chunk(start, end, min(end - start, asked.span.seconds))

    def _gain(self, line: Line, states: Any, chunk: Chunk, options: Options) -> float:
        """Nats a token that the sound adds. Text that Whisper makes up is likely whatever is heard; real text needs its sound."""
        tokens = tokens_of(line, options.tokenizer)[:_MOST_TOKENS]
        with_sound = self._likelihood(states, tokens, chunk.end - chunk.start, options)
        return with_sound - self._likelihood(self._silent(), tokens, WINDOW, options)

    def _likelihood(self, states: Any, tokens: Sequence[int], seconds: float, options: Options) -> float:
        frames = max(1, min(3000, round(seconds * 100)))
        found = self._whisper.model.align(
            encoder_states.stacked([states]), options.tokenizer.sot_sequence, [list(tokens)], [frames]
        )[0].text_token_probs
        return sum(math.log(max(float(p), _NEVER)) for p in found) / max(1, len(found))

    def _silent(self) -> Any:
        if self._silence is None:
            import numpy as np

            rate = self._audio.sample_rate
            nothing = np.zeros(round(WINDOW * rate), np.int16)
            encoded = decode.encode(self._whisper, nothing, rate, [Chunk(0.0, WINDOW, 0.0)])
            (self._silence,) = encoder_states.rows(encoded)
        return self._silence


def tokens_of(line: Line, tokenizer: Any) -> list[int]:
    """The tokens that the line was read as; written out anew where its words were changed since."""
    text = plain(line.text)
    words, tokens = tokenizer.split_to_word_tokens([t for t in line.read.tokens if t < tokenizer.eot])
    ends = list(accumulate(len(plain(word)) for word in words))
    start = "".join(map(plain, words)).find(text)
    if start < 0:
        return list(tokenizer.encode(f" {line.text}"))
    own = [k for k, end in enumerate(ends) if start < end <= start + len(text)]
    return [token for k in own for token in tokens[k]]


def came_again(text: str, other: str) -> float:
    """The share of the letters of `text` that are in `other` too, in the same order and `_RUN` in a row, from 0 to 1."""
    own, read = plain(text), plain(other)
    if not own:
        return 0.0
    blocks = SequenceMatcher(None, own, read, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= min(_RUN, len(own))) / len(own)
