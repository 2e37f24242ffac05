"""The numbers of diarization that can change its result. `THRESHOLDS` is part of the store's key.

Values without a source were chosen on films, meetings, telephone calls and mixes of known voices: see
docs/decisions.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Pieces(Thresholds):
    """How the film is divided into pieces of one voice."""

    length: float = 1.5
    """Seconds of a piece, as CAM++ is used for diarization by 3D-Speaker and senko."""
    shortest: float = 0.4
    """Minimum seconds: a shorter piece is too little for a voice."""
    alone: float = 0.5
    """Share of a frame's windows that must find a single speaker, and share from which they find a change."""
    talks: float = 0.5
    """Share of a piece that a window's speaker must talk in to own it."""


class Clustering(Thresholds):
    """How voices are clustered into speakers."""

    same_voice: float = 0.65
    """Similarity from which two groups are one voice: the lower middle of the plateau from .6 to .75 (see
    `clustering`)."""
    near: float = 0.4
    """Minimum mean cosine of two groups that the first pass joins. To .5 the results are nearly the same; at
    .3 speakers are merged. Within a speaker the mean is .36 in the noisiest film and .66 in clean speech."""
    block: int = 1500
    """Maximum rows of the affinity matrix: pieces clustered at once (about 20 minutes of speech)."""
    smallest: int = 3
    """A group of fewer pieces joins the nearest voice, unless its pieces are long and like no voice."""
    long_piece: float = 0.85
    """Mean seconds from which the pieces of such a group show a voice: 25 groups of shorter ones were nearly
    all pieces of known voices."""
    unlike: float = 0.45
    """Cosine to the nearest voice, as a share of the mean within that voice, under which such a group is
    another voice: new voices had at most .39, pieces of known ones .48 and more."""
    short_film: int = 100
    """Pieces (1.5 minutes of speech) from which a single piece is never a voice."""
    stray: int = 10
    """In a long film, a group of fewer pieces may be stray pieces of others: this number at most, and one in
    `stray_share` of all pieces."""
    stray_share: int = 50
    """See `stray`."""
    scene: float = 60.0
    """Seconds of a scene: stray pieces are scattered over more, those of a minor speaker often are not."""
    stray_likeness: float = 0.5
    """Likeness to another group from which a small and scattered group is stray pieces (measured: .63); other
    speakers stay under .57."""
    floor: float = 0.1
    """Minimum value of the cosine within a group: lower values are noise."""


class Scenes(Thresholds):
    """When a scene's unknown voices are the film's speakers with another sound."""

    share: float = 0.15
    """Maximum share of the film's speech in a scene."""
    inside: float = 0.9
    """Minimum share of the scene's voices inside it, and of the speech inside it that is theirs."""
    around: float = 0.05
    """Minimum share of the film's speech before and after the scene."""
    most: int = 4
    """Maximum number of speakers that can be replaced at once."""


class Turns(Thresholds):
    """How turns are made of speakers."""

    speech: float = 0.5
    """Probability of speech from which a frame belongs to a turn even if no speaker of a window is active."""
    shortest: float = 0.1
    """Seconds: shorter turns are dropped. Gaps are not closed: that added more false alarms than speech."""
    heed: float = 0.6
    """Minimum seconds of one speaker for a correction by the voice."""
    change: float = 0.25
    """Cost of a change of speaker between two pieces, as a cosine; from .2 to .3 the results are the same."""
    trust: float = 0.2
    """Weight of the windows' decision against a cosine; all values from .1 to .3 give the same result."""
    inside: float = 0.8
    """Share of a piece that must be inside a span for its voice to count."""
    soft: float = 0.01
    """Weight of a probability relative to a decision, as in pyannote's reconstruction."""
    active: float = 1e-4
    """Minimum activity of the first speaker of a frame."""
    second_active: float = 0.3
    """Minimum activity of a second speaker."""
    same_frames: float = 0.5
    """Minimum share of frames in which a local speaker of a window, of all in which either talks, talks
    together with one of a neighbouring window, to be the same; .3 gives the same results."""


class Tails(Thresholds):
    """How far turns go on after speech has become improbable."""

    longest: float = 0.5
    """Maximum seconds. At .3 a third of the gain is lost, 1 adds nothing."""
    speech: float = 0.1
    """Minimum probability of speech."""
    margin: float = 18.0
    """How many dB louder than the pauses the sound must be. In noise the pauses vary by 9 dB above their
    quiet end; at 12 dB a few more false alarms in films of many kinds of sound."""
    quiet: float = 10.0
    """Percentile of the pauses' levels that is their quiet end. Higher, it is that of fading voices too."""
    near: float = 10.0
    """Seconds before and after, in which pauses count; from 5 to 20 the results are nearly the same."""
    least: float = 1.0
    """Minimum seconds of pauses."""


class Crosstalk(Thresholds):
    """Who speaks if each speaker has a microphone: see `crosstalk`."""

    speech: float = 0.5
    """Silero's score from which a track has anybody's speech."""
    padding: int = 1
    """Frames of 32 ms that are added on both sides of speech."""
    smooth_s: float = 0.1
    """Seconds over which a level is measured."""
    late_s: float = 0.1
    """Seconds by which a voice may be late in another microphone; at most 34 m, or what devices delay."""
    range_db: float = 20.0
    """Levels within this range of the loudest speech of a track show how loud others are in it."""
    floor: float = 0.1
    """Share of a track that is not louder than its noise."""
    least_above: float = 0.05
    """Minimum level above the noise, as a share of the noise's energy."""
    quieter_db: float = 2.0
    """Minimum difference of nearly all frames of a track that has nothing but another voice."""
    apart_db: float = 6.0
    """Minimum distance of the two modes of the difference of levels: of a voice alone they are one."""
    spreads: float = 2.0
    """Deviations of the leak's level above which a track has a voice of its own."""
    least_db: float = 4.0
    """Minimum of that margin."""
    most_db: float = 10.0
    """Maximum of it."""
    join_s: float = 0.3
    """Gaps in a turn that are shorter are speech."""
    shortest_s: float = 0.2
    """Shorter turns are none."""


PIECES, CLUSTERING, SCENES, TURNS, TAILS = Pieces(), Clustering(), Scenes(), Turns(), Tails()
CROSSTALK = Crosstalk()
THRESHOLDS: tuple[Thresholds, ...] = (PIECES, CLUSTERING, SCENES, TURNS, TAILS, CROSSTALK)
