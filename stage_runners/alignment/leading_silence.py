"""Moves the start of a word past the silence that its attention time begins with.

Attention has no notion of a pause: a word after one starts where the word before it ended, or where the
window begins. benchmarks/word_times.py measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ipc.artifacts import Audio
from stage_runners.alignment.pieces import Span
from stage_runners.alignment.thresholds import SILENCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def passed(audio: Audio, word: Span) -> Span:
    """The word from its first sound on; unchanged if it does not begin with silence.

    Levels are relative to the word's own, so sound behind it (music, noise) makes this do less. A soft
    beginning counts as silence but for its last `SILENCE.soft_beginning`: a word that grows from a whisper to
    a shout loses some of its beginning.
    """
    import numpy as np

    levels = _levels(audio, word)
    if levels.size < SILENCE.loud_frames:
        return word
    loud = np.sort(levels)[-SILENCE.loud_frames]
    first = int(np.flatnonzero(levels >= loud - SILENCE.surely_sound)[0])
    earliest = max(0, first - round(SILENCE.soft_beginning / SILENCE.frame))
    while first > earliest and levels[first - 1] >= loud - SILENCE.perhaps_sound:
        first -= 1
    if first * SILENCE.frame < SILENCE.shortest:
        return word
    return word._replace(start=min(word.end, word.start + first * SILENCE.frame))


def all_passed(audio: Audio, words: Sequence[Span], which: Sequence[bool]) -> list[Span]:
    """`words` with those of `which` moved."""
    return [passed(audio, word) if own else word for word, own in zip(words, which, strict=True)]


def _levels(audio: Audio, word: Span) -> NDArray[np.float64]:
    """Decibels of the word's frames, relative to one step of a sample."""
    import numpy as np

    size = round(SILENCE.frame * audio.sample_rate)
    first = max(0, round(word.start * audio.sample_rate))
    samples = audio.samples[first : round(word.end * audio.sample_rate)]
    frames = samples[: len(samples) // size * size].astype(np.float64).reshape(-1, size)
    result: NDArray[np.float64] = 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1)
    return result
