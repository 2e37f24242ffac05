"""Finds shot changes in small pictures.

A cut passes three tests that are usual in the field. The mean difference of two neighbouring frames stands
out from those around it (as in PySceneDetect's adaptive detector). The two do not correlate at any small
displacement (normalised cross-correlation, so that a pan or a light that goes on is not a cut). Neither do
the frames shortly before and after (a flash is not a cut). Fades and dissolves have no first frame of a new
shot, and are not reported. Measurements: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.shots.thresholds import CUT_DETECTION as LIMITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, HEIGHT = LIMITS.width, LIMITS.height
_STEPS = (0, 1, 2, 4, 6, 9, 12, 15)
"""Frames before and after a change that are compared, as far as a flash lasts at the film's rate."""


class Frame(NamedTuple):
    """A frame: its time in seconds, its picture (uint8, (3, HEIGHT, WIDTH)), its difference to the last."""

    time: float
    picture: NDArray[np.uint8]
    difference: float


def cuts(
    frames: Iterable[tuple[float, NDArray[np.uint8]]], alike: float = LIMITS.same_shot
) -> Iterator[tuple[float, float]]:
    """Yield `(time, score)` of each shot change: its first frame's time, and how far it stands out, 0 to 1.

    `frames` are ascending times in seconds and YUV pictures, uint8 of shape (3, HEIGHT, WIDTH). Only as many
    as a flash lasts are in memory. Pictures with a correlation of at least `alike` show the same shot.
    """
    import numpy as np

    window: list[Frame] = []
    at = 0  # the frame of the window that is judged
    last = -np.inf
    best: tuple[float, float] | None = None
    for time, picture in _ended(frames):
        if picture is not None:
            difference = mean_difference(window[-1].picture, picture) if window else 0.0
            window.append(Frame(time, picture, difference))
        while at < len(window) and (picture is None or _reaches(window, at)):
            found = judged(window, at, alike)
            if best and window[at].time - best[0] > LIMITS.flash_s:
                yield best
                last, best = best[0], None
            if found and window[at].time - last > LIMITS.flash_s and (best is None or found > best[1]):
                best = (window[at].time, found)
            at += 1
        while at > LIMITS.neighbours and window[at - 1].time - window[0].time > 2 * LIMITS.flash_s:
            window.pop(0)
            at -= 1
    if best:
        yield best


def _ended(
    frames: Iterable[tuple[float, NDArray[np.uint8]]],
) -> Iterator[tuple[float, NDArray[np.uint8] | None]]:
    yield from frames
    yield float("inf"), None


def _reaches(window: list[Frame], at: int) -> bool:
    """Whether enough frames follow the frame `at` to judge it."""
    return len(window) - 1 - at >= LIMITS.neighbours and window[-1].time - window[at].time > LIMITS.flash_s


def judged(window: list[Frame], at: int, alike: float = LIMITS.same_shot) -> float:
    """How far the frame `at` stands out as the first of a shot, 0 to 1; 0 if it is not the first of a shot.

    If the frame mixes two shots (fields of both, or frames blended by a change of rate), those around it are
    compared.
    """
    if at == 0:
        return 0.0
    return _stands_out(window, at, window[at].difference, at, alike) or _stands_out(
        window, at, _across(window, at), at + 1, alike
    )


def _across(window: list[Frame], at: int) -> float:
    """The difference of the frames around `at` if it is a mixture of both, else 0."""
    if at + 1 >= len(window):
        return 0.0
    to, on = window[at].difference, window[at + 1].difference
    if to + on < LIMITS.least_difference or min(to, on) < LIMITS.mixed * (to + on):
        return 0.0
    whole = mean_difference(window[at - 1].picture, window[at + 1].picture)
    return whole if to + on <= LIMITS.detour * whole else 0.0


def _stands_out(window: list[Frame], at: int, difference: float, first: int, alike: float) -> float:
    """The score of a change from the frame before `at` to `first`; `difference` is theirs, 0 is no change."""
    import numpy as np

    if difference < LIMITS.least_difference:
        return 0.0
    near = [
        frame.difference
        for frame in window[max(1, at - LIMITS.neighbours) : at]
        + window[first + 1 : first + 1 + LIMITS.neighbours]
    ]
    usual = (float(np.median(near)) if near else 0.0) * (1 + first - at)
    if difference < LIMITS.stands_out * max(usual, LIMITS.still) or same_shot(window, at - 1, first, alike):
        return 0.0
    return 1.0 - usual / difference


def same_shot(window: list[Frame], last: int, first: int, alike: float) -> bool:
    """Whether a frame up to `last` and one from `first` on, at most a flash apart, show the same shot."""
    for back in _STEPS:
        for on in _STEPS:
            before, after = last - back, first + on
            if before < 0 or after >= len(window):
                continue
            if window[after].time - window[before].time > LIMITS.flash_s and back + on:
                continue
            if correlation(window[before].picture, window[after].picture) >= alike:
                return True
    return False


def mean_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The mean absolute difference of two uint8 pictures, over all planes."""
    import numpy as np

    return float(np.abs(one.astype(np.int16) - other).mean())


def correlation(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The best normalised cross-correlation of the lumas within `displacement` pixels; 0 if one is flat."""
    import numpy as np

    a, b = one[0].astype(np.float64), other[0].astype(np.float64)
    if a.std() < LIMITS.flat or b.std() < LIMITS.flat:
        return 1.0 if mean_difference(one, other) < LIMITS.least_difference else 0.0
    most = LIMITS.displacement
    height, width = a.shape
    moves = range(-most, most + 1)
    # The sums of products at every displacement, by Fourier transforms of the pictures with a margin.
    shape = (height + most, width + most)
    products = np.fft.irfft2(np.fft.rfft2(a, shape) * np.fft.rfft2(b, shape).conj(), shape)
    products = products[np.ix_(moves, moves)]
    rows, columns = _shared(height, most), _shared(width, most)
    count = np.array([[(height - abs(y)) * (width - abs(x)) for x in moves] for y in moves], float)
    sums = [rows @ picture @ columns.T for picture in (a, a * a)]
    others = [rows[::-1] @ picture @ columns[::-1].T for picture in (b, b * b)]
    power = (sums[1] - sums[0] ** 2 / count) * (others[1] - others[0] ** 2 / count)
    alike = (products - sums[0] * others[0] / count)[power > 0] / np.sqrt(power[power > 0])
    return float(alike.max(initial=-1.0))


@cache
def _shared(length: int, most: int) -> NDArray[np.float64]:
    """Which of `length` rows two pictures share at each displacement, (2 * most + 1, length), 0 or 1."""
    import numpy as np

    at = np.arange(length)
    return np.array([(at >= y) & (at < length + y) for y in range(-most, most + 1)], float)
