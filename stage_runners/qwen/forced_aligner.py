"""Qwen3-ForcedAligner's network: the times of units of text in a piece of sound."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.qwen import checkpoint
from stage_runners.qwen.checkpoint import SOUND, TIME
from stage_runners.qwen.devices import dtype_of
from stage_runners.qwen.network import Network
from stage_runners.qwen.thresholds import ALIGNER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRID = 0.08
"""Seconds of a class of time."""


class Time(NamedTuple):
    """The time of a unit in seconds of the piece, and the probability of being within a class of it."""

    start: float
    end: float
    probability: float


class ForcedAligner:
    """A loaded network on its device."""

    longest = ALIGNER.longest

    def __init__(self, network: Network, classes: int) -> None:
        self._network = network
        self._classes = classes
        self._mark = network.tokenizer.get_vocab()[TIME]

    @classmethod
    def load(cls, path: str, device: str, threads: int = 1) -> ForcedAligner:
        """The network in the folder `path`."""
        import torch

        torch.set_num_threads(max(1, threads))
        dtype = dtype_of(device, "default")
        made = checkpoint.load(Path(path), checkpoint.ALIGNER, dtype)
        made.network.to(device)
        network = Network(made, device, str(dtype).removeprefix("torch."))
        return cls(network, int(made.network.config.num_labels))

    def times(self, sound: NDArray[np.float32], units: Sequence[str]) -> list[Time | None]:
        """The time of each unit; None for one whose times are out of the order of the others."""
        import torch

        (vectors,) = self._network.encode([sound])
        marks = 2 * TIME
        prompt = self._network.rendered(
            f"<|audio_start|>{SOUND}<|audio_end|>" + "".join(f"{unit}{marks}" for unit in units)
        )
        places = [place for place, token in enumerate(prompt) if token == self._mark]
        logits = self._network.logits(prompt, vectors)[[place - len(prompt) for place in places]]
        known = torch.softmax(logits.float(), -1).cpu()
        best = known.argmax(-1).tolist()
        near = [float(row[max(0, one - 1) : one + 2].sum()) for row, one in zip(known, best, strict=True)]
        return timed(best, near, len(sound) / 16000)


def timed(classes: Sequence[int], near: Sequence[float], seconds: float) -> list[Time | None]:
    """The time of each unit by the classes of its two marks, and the probabilities near them.

    The longest sequence of classes that never falls is right; a unit with another class has no time. One that
    starts and ends in the same class is as long as half of it.
    """
    good = _rising(classes)
    result: list[Time | None] = []
    for first in range(0, len(classes), 2):
        start, end = (GRID * one for one in classes[first : first + 2])
        if not (good[first] and good[first + 1]) or start >= seconds:
            result.append(None)
            continue
        end = min(max(end, start + GRID / 2), seconds)
        result.append(Time(start, end, min(near[first : first + 2])))
    return result


def _rising(values: Sequence[int]) -> list[bool]:
    """Which values are of the longest sequence that never falls (patience sorting, n log n)."""
    ends: list[int] = []
    owners: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        pile = bisect_right(ends, value)
        before.append(owners[pile - 1] if pile else -1)
        ends[pile : pile + 1] = [value]
        owners[pile : pile + 1] = [place]
    good = [False] * len(values)
    place = owners[-1] if owners else -1
    while place >= 0:
        good[place] = True
        place = before[place]
    return good
