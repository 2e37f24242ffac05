"""The declared capabilities of a speech recognition engine.

The orchestrator imports this module, so it uses the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an engine can do. Engines do not translate: another stage does.

    A model may do less than its engine: an English-only model does not detect languages.
    """

    longest_window: float
    """Maximum length of a window, in seconds."""
    languages: tuple[str, ...]
    """Codes of the languages that it transcribes (ISO 639-1, with Whisper's exceptions)."""
    word_times: str
    """The method of its word times, as named in the table of words; empty if it gives none and they are
    interpolated."""
    detects_language: bool
    """Whether it can estimate the probability of each language in a span of audio."""
    scores_text: bool
    """Whether it can estimate the probability of a given text in a window."""
    takes_prompt: bool
    """Whether an initial prompt and hotwords, including names of the glossary, bias its text."""
