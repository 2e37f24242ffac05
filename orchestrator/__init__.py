"""Turn a film into subtitles that say who speaks, each stage in its own environment."""

__version__ = "0.1.0"
