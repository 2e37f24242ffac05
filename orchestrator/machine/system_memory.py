"""Reads the machine's free memory during a run. Control groups, which may allow less, are in `limits`.

Planning needs the total only, which `limits` reads without importing psutil (10 to 20 ms).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes in `total`, and `free`: what a process can get before the system kills one, including swap."""

    total: int
    free: int


def read() -> Memory:
    """The memory now. Raises `OSError` if the system does not report it, as in a container without /proc."""
    import psutil

    with warnings.catch_warnings():
        # psutil warns if the kernel does not report cached or swapped-in pages; neither is used here.
        warnings.simplefilter("ignore", RuntimeWarning)
        memory = psutil.virtual_memory()
        return Memory(total=memory.total, free=memory.available + psutil.swap_memory().free)
