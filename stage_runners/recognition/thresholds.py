"""The numbers that engines of recognition share, and translation from sound."""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Windows(Thresholds):
    """How speech is split into windows."""

    pad: float = 0.2
    """Seconds added around speech: a window that starts in the middle of a breath loses its first word."""
    longest_pause: float = 5.0
    """Maximum silence in a window, in seconds; longer ones contain music, on which Whisper hallucinates."""
    quiet_frame: float = 0.02
    """Length of a frame, in seconds, in the search for the quietest time."""
    quiet_frames: int = 5
    """Frames whose mean power is compared: a tenth of a second."""


class TextLanguage(Thresholds):
    """The language of a text, for engines that do not report which language they detected."""

    text_letters: int = 60
    """Letters from which a window's text tells its own language."""
    text_sure: float = 0.99
    """Probability from which a window's text is in another language than the film's."""


TEXT_LANGUAGE = TextLanguage()
WINDOWS = Windows()
