"""Names of GPUs on a machine with several: `cuda:1` is the second one, `cuda:0,cuda:1` or `cuda:0-1` are two.

Their order is CUDA's, as its own variables make it: `CUDA_VISIBLE_DEVICES` hides and orders GPUs,
`CUDA_DEVICE_ORDER` decides between the fastest first and the order of their slots.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

NUMBERED = "cuda"
"""The device of which a machine can have several."""
_NUMBERED = re.compile(rf"{NUMBERED}:([0-9]{{1,3}})(?:-([0-9]{{1,3}}))?")


def gpu_name(number: int) -> str:
    """The name of a GPU: `cuda:1`."""
    return f"{NUMBERED}:{number}"


def number_of(device: str) -> int | None:
    """The number in the name of one GPU; None for every other text."""
    found = _NUMBERED.fullmatch(device)
    return int(found[1]) if found and found[2] is None else None


def parsed(text: str) -> tuple[str, tuple[int, ...]]:
    """The device in `cuda:0,cuda:2-3` and the numbers of its GPUs, sorted; no numbers: all there are.

    A text without numbers is the device. `ValueError` for a text of which only a part has them.
    """
    words = [word.strip() for word in text.split(",")]
    if not any(map(is_numbered, words)):
        return text, ()
    numbers: set[int] = set()
    for word in words:
        found = _NUMBERED.fullmatch(word)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first:
            raise ValueError(word)
        numbers.update(range(first, last + 1))
    return NUMBERED, tuple(sorted(numbers))


def is_numbered(word: str) -> bool:
    """Whether a word looks like a GPU with its number."""
    return word.startswith(f"{NUMBERED}:")


def kind(device: str) -> str:
    """The device without its numbers: `cuda` for `cuda:1`."""
    return device.partition(":")[0]


def listed(numbers: Collection[int]) -> str:
    """The GPUs as users write them, three or more in a row as a range: `cuda:0,cuda:2-5`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(
        part
        for run in runs
        for part in ([f"{gpu_name(run[0])}-{run[-1]}"] if len(run) > 2 else map(gpu_name, run))
    )


def counted(cards: Iterable[str]) -> list[str]:
    """Each model of GPU once, with its number if there are several: `2 x NVIDIA H200`."""
    counts = Counter(cards)
    return [f"{count} x {card}" if count > 1 else card for card, count in counts.items()]


def together(devices: Iterable[str]) -> str:
    """The same for the names of GPUs."""
    return listed({number for device in devices for number in parsed(device)[1]})
