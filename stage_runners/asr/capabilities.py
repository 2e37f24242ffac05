"""What an engine of speech recognition declares of itself.

The standard library only, for the orchestrator reads it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an engine can do. No engine translates: that is a stage of its own.

    A model may be able to do less than its engine: one for English only has nothing to detect.
    """

    longest_window: float
    """Seconds of sound that it reads at once, at most."""
    languages: tuple[str, ...]
    """Codes of the languages that it writes (ISO 639-1, as Whisper names them)."""
    word_times: str
    """The method of its word times, as the table of words names it; empty where it gives none: then they
    are interpolated."""
    detects_language: bool
    """Whether it can say how probable each language is in a stretch of sound."""
    scores_text: bool
    """Whether it can say how probable a given text is for a window."""
    takes_prompt: bool
    """Whether an initial prompt and hotwords, names of the glossary among them, bias what it writes."""
