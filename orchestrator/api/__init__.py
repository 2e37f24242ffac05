"""The Python interface: `from orchestrator import subtitle` (docs/python.md).

Who calls it needs the standard library alone: the film is subtitled by a process of the installation.
"""

from __future__ import annotations

from orchestrator.api.call import subtitle
from orchestrator.api.error import SubtitleError
from orchestrator.api.event import Event
from orchestrator.api.result import Chapter, Cue, Doubt, OutputFile, Result, Speaker, Word

__all__ = [
    "Chapter",
    "Cue",
    "Doubt",
    "Event",
    "OutputFile",
    "Result",
    "Speaker",
    "SubtitleError",
    "Word",
    "subtitle",
]
