"""The second pass: transcribes spans alone, without prompt or hotwords, in windows with other bounds.

Each span costs an encoder pass of 30 s whatever its length, so the number per film is limited, and spans over
the limit are reported. Whisper's retries sample at a higher temperature, which gives another text every time
(see docs/decisions); other bounds do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import NamedTuple

from stage_runners.asr import reading
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.thresholds import SECOND_PASS
from stage_runners.recognition.recognizer import Encoded, Recognizer, Settings, Sound, TextScorer, Transcript
from stage_runners.recognition.windows import Chunk
from stage_runners.text.plain import plain


class Asked(NamedTuple):
    """A span to transcribe in `language`, with a margin in seconds; `line` is its text so far, if any."""

    span: Span
    language: str
    margin: float = SECOND_PASS.margin
    line: Line | None = None


class Look(NamedTuple):
    """The transcript of a span.

    `gain` is how much likelier the sound makes the line's text than silence does, in nats per token; None if
    there was no line, or the engine does not score texts.
    """

    read: Transcript
    gain: float | None


class SecondLooks:
    """Transcribes spans again, `most` of them at most; `done` counts them.

    `settings` gives the settings of a language, `windows` is the number of windows of the first pass.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        sound: Sound,
        settings: Callable[[str], Settings],
        windows: int,
        batch_size: int,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.most = max(SECOND_PASS.least, round(SECOND_PASS.share * windows))
        self.done = 0
        self._recognizer = recognizer
        self._sound = sound
        self._settings = settings
        self._batch = batch_size
        self._check = check
        self._silence: Encoded | None = None

    @property
    def left(self) -> int:
        """How many more spans the limit allows."""
        return self.most - self.done

    def read(self, asked: Sequence[Asked]) -> list[Look]:
        """Transcribe the spans with word times, up to the limit."""
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

    def _looks(self, asked: Sequence[Asked], language: str) -> list[Look]:
        settings = replace(self._settings(language), initial_prompt=None, hotwords=None)
        encoded = self._recognizer.encode(self._sound, [self._chunk(one) for one in asked])
        transcripts = reading.transcribe_once(self._recognizer, encoded, settings)
        return [
            Look(transcript, self._gain(one.line, own, settings))
            for one, own, transcript in zip(asked, encoded, transcripts, strict=True)
        ]

    def _chunk(self, asked: Asked) -> Chunk:
        start = max(0.0, asked.span.start - asked.margin)
        longest = self._recognizer.capabilities.longest_window
        end = min(self._sound.seconds, asked.span.end + asked.margin, start + longest)
        return Chunk(start, end, min(end - start, asked.span.seconds))

    def _gain(self, line: Line | None, encoded: Encoded, settings: Settings) -> float | None:
        """How much likelier the sound makes the text, in nats per token.

        A hallucinated text is likely whatever the sound; real text needs its sound.
        """
        scorer = self._recognizer.scorer
        if line is None or scorer is None:
            return None
        return _likelihood(scorer, encoded, line, settings) - _likelihood(
            scorer, self._silent(), line, settings
        )

    def _silent(self) -> Encoded:
        if self._silence is None:
            import numpy as np

            rate = self._sound.sample_rate
            seconds = min(SECOND_PASS.silence, self._recognizer.capabilities.longest_window)
            nothing = Sound(np.zeros(round(seconds * rate), np.int16), rate)
            (self._silence,) = self._recognizer.encode(nothing, [Chunk(0.0, seconds, 0.0)])
        return self._silence


def _likelihood(scorer: TextScorer, encoded: Encoded, line: Line, settings: Settings) -> float:
    """The mean log-probability of the tokens of a line."""
    found = scorer.probabilities(encoded, line.text, settings, line.read, SECOND_PASS.most_tokens)
    return sum(math.log(max(p, SECOND_PASS.least_probability)) for p in found) / max(1, len(found))


def came_again(text: str, other: str) -> float:
    """The share of the letters of `text` that recur in `other`, in order and in runs, from 0 to 1."""
    letters, other_letters = plain(text), plain(other)
    if not letters:
        return 0.0
    blocks = SequenceMatcher(None, letters, other_letters, autojunk=False).get_matching_blocks()
    least = min(SECOND_PASS.run, len(letters))
    return sum(block.size for block in blocks if block.size >= least) / len(letters)
