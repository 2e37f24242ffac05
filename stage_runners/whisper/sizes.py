"""The fixed sizes of Whisper's encoder."""

from __future__ import annotations

WINDOW = 30.0
"""Length of the encoder's window, in seconds."""
FRAMES = 3000
"""Frames of the log-mel spectrogram of a window."""
STATES_PER_SECOND = 50
"""Encoder states of one second."""
