"""Turns films into subtitles with speaker labels; each stage runs in its own environment."""

__version__ = "0.1.0"
