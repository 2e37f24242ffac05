"""The processor time of a stage's process. Standard library only."""

from __future__ import annotations

import resource


def seconds() -> float:
    """CPU seconds of this process, all threads, and of its children that have ended, such as ffmpeg."""
    own, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
