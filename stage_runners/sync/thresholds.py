"""Numbers that decide how subtitles are matched with speech.

Those of `Fit` and `Words` are about what subtitles that are right have; those of `Pieces` and `Decide` lie
between the right and the wrong subtitles of benchmarks/sync.py.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Speech(Thresholds):
    """What is speech in a region that speech detection found."""

    loud_percentile: float = 90.0
    """The percentile of the levels of a region that stands for its loud frames."""
    below_db: float = 22.0
    """How far below its loud frames a frame is speech, in decibels."""
    click_s: float = 0.04
    """Shorter sounds are none, in seconds."""
    pause_s: float = 0.12
    """Shorter pauses are none."""
    least_s: float = 5.0
    """Films with less speech have none that subtitles could be compared with."""


class Edge(Thresholds):
    """How the start or end of a cue lies to the start or end of speech, at the right offset."""

    strong: float
    """Share of cues that have an edge of a region of speech nearby."""
    weak: float
    """Share of cues that have a shorter pause nearby."""
    lead: float
    """How long before the edge of the speech that of the cue is, in seconds."""
    width: float
    """The mean deviation from that."""


class Fit(Thresholds):
    """The log odds of a cue at an offset."""

    margin_s: float = 20.0
    """Room before and after the film in the tables."""
    early_s: float = 0.5
    """How long before the film a cue may begin."""
    outside: float = -9.0
    """Log odds of a cue outside the film."""
    awake_s: float = 3.0
    """A time this near to speech belongs to a dialogue; chance is measured in dialogues only."""
    share_bounds: tuple[float, float] = (0.2, 0.9)
    """Bounds of the share of speech in dialogues."""
    start: Edge = Edge(strong=0.55, weak=0.15, lead=0.06, width=0.09)
    """The start of a cue after a pause."""
    joined_start: Edge = Edge(strong=0.2, weak=0.2, lead=0.06, width=0.12)
    """The start of a cue that follows another one at once."""
    end: Edge = Edge(strong=0.4, weak=0.1, lead=-0.25, width=0.25)
    """The end of a cue; cues stay a little after the speech."""
    joined_s: float = 0.15
    """Maximum gap between cues that follow each other at once."""
    speech_in_cue: float = 0.85
    """Share of speech under a cue."""
    speech_in_gap: float = 0.25
    """Share of speech in a gap between cues: not all that is said is in subtitles."""
    cue_weight: float = 0.5
    """Independent looks at the speech under a cue, for each second."""
    cue_most_s: float = 4.0
    """Seconds of a cue that count."""
    gap_least_s: float = 0.7
    """Shorter gaps between cues tell nothing."""
    gap_most_s: float = 4.0
    """Seconds of a gap that count, before the cue."""
    gap_edge_s: float = 0.2
    """Seconds at both ends of a gap that do not count."""
    gap_weight: float = 0.4
    """Independent looks at the speech in a gap, for each second."""
    least: float = -2.0
    """Minimum log odds of a cue, so that a cue without speech does not decide."""
    most: float = 5.0
    """Maximum log odds of a cue."""


class Words(Thresholds):
    """Evidence by words."""

    most_often: int = 12
    """Words that occur more often in the film tell nothing."""
    recognised: float = 0.5
    """Share of words that are recognised as they are in the subtitles."""
    width_s: float = 0.3
    """Mean deviation of a word from its place in the cue, if the words of a cue take equal times."""
    weight: float = 0.6
    """What a word is worth, since neighbouring words are right or wrong together."""
    least: float = -2.0
    """Minimum log odds of the words of a cue."""
    most: float = 8.0
    """Maximum log odds of the words of a cue."""
    near_s: float = 1.0
    """How far from its coarse place the words of a cue are looked for."""


class Exact(Thresholds):
    """The exact offset of a piece."""

    reach_s: float = 0.5
    """Distance from a cue at which speech may be its own."""
    width_s: float = 0.04
    """Width of the kernel by which the most frequent distance is found."""
    lag_reach_s: float = 0.7
    """Distance from the end of a cue at which the end of speech may be its own."""
    lags: int = 5
    """Ends of cues without which it is unknown how long cues stay."""
    drift_s: float = 0.25
    """Distance from the most frequent one at which pairs count for a drift."""
    drift_pairs: int = 12
    """Pairs of cues and speech without which no drift is measured."""
    least_drift_s: float = 0.12
    """A drift of less than this from the first to the last cue is none."""
    drift_errors: float = 5.0
    """A drift must be this many standard errors."""
    lead_s: float = 0.05
    """How long before the speech a cue begins after it was moved."""
    anchors: int = 5
    """Cues whose first word was recognised that a piece needs for words to count."""
    anchor_weight: float = 2.0
    """Weight of a first word; that of a start of speech is 1."""


class Search(Thresholds):
    """The search for offsets."""

    step_s: float = 0.04
    """Distance of two offsets that are tried."""
    least_reach_s: float = 60.0
    """The largest offset that is tried even in a short film."""
    most_reach_s: float = 900.0
    """The largest offset that is tried at all."""
    change_cost: float = 6.0
    """Log odds against a change of the offset after a cue; those against its new value come on top."""
    ratio_cost: float = 4.0
    """Log odds against another clock than the film's."""
    away_s: float = 1.0
    """Distance from the best offset at which another one is another fit."""
    most_drift: float = 0.01
    """The largest drift that is no frame rate, in seconds for each second."""


class Pieces(Thresholds):
    """Pieces with an offset each."""

    least_margin: float = 8.0
    """Log odds by which the offset of a piece must be better than any other."""
    least_change_s: float = 0.25
    """Offsets that differ less are one: habits differ by as much within a file."""
    around_s: float = 5.0
    """Seconds around a cut in which cues are assigned again."""
    most_cues: int = 60
    """Cues on each side of a cut that are assigned again."""
    left_out: float = 0.5
    """Log odds against a cue that the film lacks."""


class Cues(Thresholds):
    """The cues that are compared."""

    least_s: float = 0.1
    """Minimum length of a cue."""
    most_s: float = 15.0
    """Maximum length; longer ones are songs or signs."""
    longest: int = 2000
    """Characters of a cue; longer ones are drawings."""
    most: int = 6000
    """Cues that are compared; of more, every second, third, ... is."""
    fewest: int = 4
    """Fewer cues are not compared."""


class Decide(Thresholds):
    """What is written."""

    early_s: float = 0.25
    """A cue that would be moved later by at most this is in its place: people let cues begin early."""
    early_if_long_s: float = 0.45
    """The same if the cues end after the speech all the same: then they are long at both ends."""
    long_s: float = 0.1
    """How long after the speech such cues end at least."""
    early_if_few_s: float = 0.6
    """The same for few cues, whose habit cannot be told."""
    few_cues: int = 30
    """Fewer cues are few."""
    late_s: float = 0.2
    """The same for one that would be moved earlier."""
    sure: float = 0.95
    """Minimum confidence to call subtitles right, or to move them."""
    middle: float = 15.0
    """Log odds of a confidence of one half."""
    scale: float = 1.7
    """Log odds by which the odds of the confidence grow by the factor e."""
    least_gain: float = 8.0
    """Log odds by which moved subtitles must fit better than the original."""
    foreign_cues: int = 40
    """Subtitles with at least this many cues that fit nowhere are of another film."""
    foreign_margin: float = 10.0
    """Maximum log odds of those."""


SPEECH, FIT, WORDS, EXACT, SEARCH = Speech(), Fit(), Words(), Exact(), Search()
PIECES, CUES, DECIDE = Pieces(), Cues(), Decide()
