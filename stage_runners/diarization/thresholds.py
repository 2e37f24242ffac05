"""Every figure of diarization that can change its result.

`THRESHOLDS` is part of the key that a result is stored under.

Where no source is named, the figure was chosen on films, meetings, telephone calls and mixes of known voices:
see docs/decisions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """How the film is cut into pieces of one voice."""

    length: float = 1.5
    """Seconds of a piece, as CAM++ is used for diarization by 3D-Speaker and senko."""
    shortest: float = 0.4
    """Seconds: a shorter stretch says too little about a voice."""
    alone: float = 0.5
    """Share of the windows over a frame that must hear one speaker alone there, and share from which they
    hear a change."""
    talks: float = 0.5
    """Share of a piece that a window's speaker has to talk to own it."""


@dataclass(frozen=True, kw_only=True)
class Clustering:
    """How voices become speakers."""

    same_voice: float = 0.65
    """Likeness from which two groups are one voice: the lower middle of the plateau from .6 to .75 (see
    `clustering`)."""
    groups: int = 10
    """Groups of a block before merging, where no more speakers are asked for."""
    pieces_per_group: int = 5
    """Pieces that a block has for each group, at least."""
    neighbours: float = 0.012
    """Share of the pieces that a piece is tied to in the graph (senko's pval)."""
    least_neighbours: int = 6
    """How many it is tied to at least."""
    block: int = 1500
    """Pieces clustered at once (about 20 minutes of speech): the affinity matrix never has more rows."""
    smallest: int = 3
    """A group of fewer pieces is no speaker of its own: it joins the nearest one."""
    largest_small: int = 6
    """In a longer film the odds of a stray group are higher: there `smallest` is `small_share` of the
    pieces, but no more than this."""
    small_share: int = 100
    """One in so many pieces."""
    floor: float = 0.1
    """The least that the cosine within a group counts for: below is noise."""
    tries: int = 10
    """Runs of k-means."""
    steps: int = 50
    """Steps of a run at most."""


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """When a scene's strangers are the cast under another sound."""

    share: float = 0.15
    """A scene holds at most this much of the speech."""
    inside: float = 0.9
    """This much of the scene's voices is heard in it, and at most the rest of what is heard in it is
    others'."""
    around: float = 0.05
    """At least so much of the film's speech lies before and after the scene."""
    most: int = 4
    """More people than that are never replaced at once."""


@dataclass(frozen=True, kw_only=True)
class Turns:
    """How speakers become turns."""

    speech: float = 0.5
    """Probability of speech from which a frame belongs to a turn although no speaker of a window is
    active."""
    shortest: float = 0.1
    """Seconds: shorter turns are dropped. Gaps are not closed: that cost more false alarms than it found
    speech."""
    heed: float = 0.6
    """Seconds of one speaker from which the voice itself is heeded."""
    trust: float = 0.2
    """What the windows' decision weighs against a cosine; any value from .1 to .3 gives the same."""
    inside: float = 0.8
    """Share of a piece that must lie in a stretch for its voice to count there."""
    soft: float = 0.01
    """What a probability counts beside a decision, as in pyannote's reconstruction."""
    active: float = 1e-4
    """Activity that the first speaker of a frame needs."""
    second_active: float = 0.3
    """Activity that a second one needs."""


PIECES, CLUSTERING, SCENES, TURNS = Pieces(), Clustering(), Scenes(), Turns()
THRESHOLDS: tuple[object, ...] = (PIECES, CLUSTERING, SCENES, TURNS)
