"""Numbers that decide which proposals are kept. Judgements: none is fitted to films or models."""

from __future__ import annotations

from ipc.thresholds import Thresholds
from stage_runners.text.thresholds import LOOPS, SCRIPTS
from stage_runners.translation.thresholds import FAULTS, SCENES, SENTENCES


class Pieces(Thresholds):
    """Lines of a question; it ends with a scene if one ends in its second half."""

    lines: int = 40
    characters: int = 4000
    names: int = 60
    """Names that a question lists."""
    terms: int = 40


class Corrections(Thresholds):
    """What a correction of the transcript may change."""

    words: int = 8
    """Words of the part that is replaced, at most."""
    characters: int = 80
    """Its characters, at most; in scripts without spaces too."""
    share: float = 0.6
    """Share of a line that it may be,"""
    short: int = 40
    """unless the line has at most this many characters."""
    longer: float = 1.5
    """Its replacement may be this many times as long,"""
    more: int = 12
    """and this many characters longer."""
    more_words: int = 2
    """Words more than what is replaced, at most."""
    alike: float = 0.4
    """Share of letters that stand in both, in order, from which one may be misheard for the other,"""
    alike_from: int = 12
    """if there are so many characters: short words sound alike without."""
    in_line: int = 4
    """Proposals for one line, at most."""


class Changes(Thresholds):
    """What a proposal for a translated cue may change."""

    longer: float = 1.6
    """The new text may be this many times as long,"""
    more: int = 20
    """and this many characters longer."""


PIECES = Pieces()
CORRECTIONS = Corrections()
CHANGES = Changes()
OF_TRANSCRIPT = (PIECES, CORRECTIONS, SENTENCES, SCENES)
OF_TRANSLATION = (PIECES, CHANGES, SENTENCES, SCENES, FAULTS, LOOPS, SCRIPTS)
