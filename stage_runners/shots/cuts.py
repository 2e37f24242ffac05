"""Changes of shot in small pictures: where the picture changes at once, stays changed, and is no moved or brighter form of the one before.

Three tests, from the field's usual ones: the mean difference of neighbouring frames stands out from those around it (the adaptive
detector of PySceneDetect weighs the same), the two do not correlate at any small displacement (normalised cross-correlation, so that
neither a pan nor a light that goes on is a cut), and neither do the frames a moment before and after (a flash is no cut). A fade or a
dissolve has no first frame of a new shot, so none is named. Figures: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WIDTH, HEIGHT = 64, 36
LEAST = 3.0
"""Mean difference of two frames (of 255) below which nothing is a cut: noise in a dark picture."""
STANDS_OUT = 3.0
"""How many times the median difference of the frames around it a cut differs; quieter than `STILL` all pictures are alike."""
STILL = 1.0
AROUND = 4
"""Frames on either side that the median is of."""
ALIKE = 0.5
"""Correlation from which two pictures are of one shot."""
REACH = 4
"""Displacement that is tried, in pixels of a 64th of the width: what a fast pan moves in one frame."""
FLASH_SECONDS = 0.25
"""What comes back within this was a flash, or something that passed before the lens."""
MIXED = 0.2
"""Share of either shot in a frame that mixes two, at least."""
DETOUR = 1.15
"""How much longer the way over a mixture may be than the straight one; over a picture of its own it is far longer."""
_CONTRAST = 2.0
"""Standard deviation (of 255) below which a picture is flat, and correlates with nothing."""
_STEPS = (0, 1, 2, 4, 6, 9, 12, 15)
"""Frames before and after a change that are compared, as far as `FLASH_SECONDS` reaches at the film's rate."""


def cuts(frames: Iterable[tuple[float, np.ndarray]]) -> Iterator[tuple[float, float]]:
    """Yield `(time, score)` of each change of shot: the time of its first frame, and 0..1 by how far it stands out.

    `frames` are times in seconds, ascending, and YUV pictures, uint8 of shape (3, HEIGHT, WIDTH). As many are kept as a flash lasts.
    """
    import numpy as np

    window: list[tuple[float, np.ndarray, float]] = []
    at = 0  # the frame of the window that is judged
    last = -np.inf
    best: tuple[float, float] | None = None
    for time, picture in _ended(frames):
        if picture is not None:
            difference = mean_difference(window[-1][1], picture) if window else 0.0
            window.append((time, picture, difference))
        while at < len(window) and (picture is None or _reaches(window, at)):
            found = judged(window, at)
            if best and window[at][0] - best[0] > FLASH_SECONDS:
                yield best
                last, best = best[0], None
            if found and window[at][0] - last > FLASH_SECONDS and (best is None or found > best[1]):
                best = (window[at][0], found)
            at += 1
        while at > AROUND and window[at - 1][0] - window[0][0] > 2 * FLASH_SECONDS:
            window.pop(0)
            at -= 1
    if best:
        yield best


def _ended(
    frames: Iterable[tuple[float, np.ndarray]],
) -> Iterator[tuple[float, np.ndarray | None]]:
    yield from frames
    yield float("inf"), None


def _reaches(window: list[tuple[float, np.ndarray, float]], at: int) -> bool:
    """Whether enough follows the frame `at` to judge it."""
    return len(window) - 1 - at >= AROUND and window[-1][0] - window[at][0] > FLASH_SECONDS


def judged(window: list[tuple[float, np.ndarray, float]], at: int) -> float:
    """How far the frame `at` stands out as the first of a shot, 0..1; 0 where it is none.

    Where the frame mixes the two shots (fields of both, or frames blended by a change of rate), those around it are compared.
    """
    if at == 0:
        return 0.0
    return _stands_out(window, at, window[at][2], at) or _stands_out(window, at, _across(window, at), at + 1)


def _across(window: list[tuple[float, np.ndarray, float]], at: int) -> float:
    """The difference of the frames around `at` where that is a mixture of both, else 0: the way over it is then no detour."""
    if at + 1 >= len(window):
        return 0.0
    to, on = window[at][2], window[at + 1][2]
    if to + on < LEAST or min(to, on) < MIXED * (to + on):
        return 0.0
    whole = mean_difference(window[at - 1][1], window[at + 1][1])
    return whole if to + on <= DETOUR * whole else 0.0


def _stands_out(
    window: list[tuple[float, np.ndarray, float]], at: int, difference: float, first: int
) -> float:
    """The score of a change from the frame before `at` to `first`, which differ by `difference`; 0 for none."""
    import numpy as np

    if difference < LEAST:
        return 0.0
    near = [w[2] for w in window[max(1, at - AROUND) : at] + window[first + 1 : first + 1 + AROUND]]
    usual = (float(np.median(near)) if near else 0.0) * (1 + first - at)
    if difference < STANDS_OUT * max(usual, STILL) or same_shot(window, at - 1, first):
        return 0.0
    return 1.0 - usual / difference


def same_shot(window: list[tuple[float, np.ndarray, float]], last: int, first: int) -> bool:
    """Whether a frame up to `last` and one from `first` on, a flash's time apart at most, show the same."""
    for back in _STEPS:
        for on in _STEPS:
            before, after = last - back, first + on
            if before < 0 or after >= len(window):
                continue
            if window[after][0] - window[before][0] > FLASH_SECONDS and back + on:
                continue
            if correlation(window[before][1], window[after][1]) >= ALIKE:
                return True
    return False


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    """The mean absolute difference of two pictures of uint8, over all planes."""
    import numpy as np

    return float(np.abs(one.astype(np.int16) - other).mean())


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """The best normalised cross-correlation of the two lumas over displacements of `REACH` pixels, -1..1; 0 where one is flat."""
    import numpy as np

    a, b = one[0].astype(np.float32), other[0].astype(np.float32)
    if a.std() < _CONTRAST or b.std() < _CONTRAST:
        return 1.0 if mean_difference(one, other) < LEAST else 0.0
    best = -1.0
    height, width = a.shape
    for y in range(-REACH, REACH + 1):
        for x in range(-REACH, REACH + 1):
            p = a[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)]
            q = b[max(0, -y) : height + min(0, -y), max(0, -x) : width + min(0, -x)]
            p, q = p - p.mean(), q - q.mean()
            power = float(np.sqrt((p * p).mean() * (q * q).mean()))
            if power > 0:
                best = max(best, float((p * q).mean()) / power)
    return best
