"""The machine's memory while a run is on, as the system counts it; control groups, which may allow less, are in `limits`.

Planning does not ask here: what it needs, all memory there is, the C library tells without psutil's import of 10 to 20 ms.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes: `total` of the machine, and `free`, which a process could get without another one being killed, swap included."""

    total: int
    free: int


def read() -> Memory:
    """The memory now. Raises `OSError` where the system does not tell, such as a container without /proc."""
    import psutil

    with warnings.catch_warnings():
        # Some kernels tell no cached pages, or no pages swapped in: psutil warns, and neither is used here.
        warnings.simplefilter("ignore", RuntimeWarning)
        memory = psutil.virtual_memory()
        return Memory(total=memory.total, free=memory.available + psutil.swap_memory().free)
