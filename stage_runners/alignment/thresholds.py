"""The numbers of alignment that can change its result. `THRESHOLDS` is part of the store's key."""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Pieces(Thresholds):
    """How words are divided into pieces that are aligned separately."""

    longest: float = 28.0
    """Maximum seconds of words in a piece; with its margins it stays below 30."""
    pause: float = 0.8
    """Seconds between words that end a piece: recognisers detect such pauses reliably."""
    least_margin: float = 0.15
    """Minimum seconds of sound around a piece: attention times are approximate."""
    most_margin: float = 0.5
    """Maximum seconds of sound around it."""
    shortest_word: float = 0.02
    """Minimum seconds of a word that is placed between others."""


class Trust(Thresholds):
    """When pocketsphinx's times are trusted; measured by benchmarks/alignment_trust.py."""

    neighbours: int = 2
    """Number of words on either side that count in a word's score."""
    alone: float = -6.0
    """Minimum nats per frame of a word's neighbourhood if the recogniser has another time."""
    agreed: float = -8.0
    """Minimum nats per frame if the recogniser has the same time: noise and music lower the score."""
    near: float = 0.3
    """Maximum seconds between equal times of two methods."""
    slope: float = 1.0
    """Slope of the conversion of nats per frame to a number from 0 to 1."""


class Sphinx(Thresholds):
    """Weights of pocketsphinx's search."""

    language_weight: float = 1.0
    silence_probability: float = 0.1


class Silence(Thresholds):
    """What counts as silence at the beginning of a word; measured by benchmarks/word_times.py."""

    frame: float = 0.01
    """Seconds of a frame whose level is taken."""
    loud_frames: int = 5
    """The level that stands for a word is that of its frame of this rank, the loudest first."""
    surely_sound: float = 15.0
    """Decibels below it from which a frame is sound: room noise is often no more than 20 below."""
    perhaps_sound: float = 25.0
    """Decibels below it from which a frame right before that is sound too: `f` and `h` are soft."""
    soft_beginning: float = 0.05
    """Maximum seconds of such frames."""
    shortest: float = 0.05
    """Minimum seconds of silence: the closure of a stop belongs to its word."""


PIECES, TRUST, SPHINX, SILENCE = Pieces(), Trust(), Sphinx(), Silence()
THRESHOLDS: tuple[Thresholds, ...] = (PIECES, TRUST, SPHINX, SILENCE)
