"""Numbers that change which names the speakers get. They are part of the store's key.

`docs/decisions/2026-11-21-voices.md` has the measurements.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Evidence(Thresholds):
    """What counts as evidence for a name in the dialogue, and how reliable it is (a probability).

    The reliabilities of calls are near what was measured on 190 episodes of a comedy with known speakers
    (benchmarks/naming.py): .75, .65, .59, and .98 that nobody calls themselves. That of an introduction is a
    judgement: in a comedy people pretend to be others, and 7 of 12 were right. At the usual `name_confidence`
    of 0.8 one introduction is enough for a name, one call is not, and two calls in different scenes are.
    """

    clear: float = 0.92
    """Of a clear introduction ("my name is ..."),"""
    plain: float = 0.85
    """of "I'm ..." before a name that is expected."""
    between: float = 0.75
    """Of a call, for a speaker before and after it,"""
    after: float = 0.7
    """only after it,"""
    before: float = 0.62
    """only before it."""
    caller: float = 0.97
    """That callers do not call themselves."""
    answer_s: float = 2.5
    """Seconds up to an answer."""
    greeted_s: float = 10.0
    """Seconds after a greeting in which "this is ..." may introduce its speaker: it does if the answer is
    "and I'm ..."."""
    returned: int = 3
    """Sentences among which that answer is."""
    answer_words: int = 3
    """Words of a sentence that may be an answer only: "Mark.", "Oh, Mark.", "Mark, of course." may call
    nobody."""
    scene_s: float = 60.0
    """Seconds within which calls are one piece of evidence."""
    pause_s: float = 1.2
    """Seconds of silence that end a sentence without punctuation."""
    overlapped: float = 0.5
    """Share of words under another speaker's above which a sentence does not count."""
    name_words: int = 3
    """Words of a name at most, in a film without a list of names."""
    listed: int = 8
    """Pieces of evidence that are written down for one speaker and source."""


class Voices(Thresholds):
    """When a speaker has a saved voice."""

    cosine: tuple[tuple[str, float], ...] = (("campplus", 0.6),)
    """The least cosine similarity by embedding model. A model that is not listed was not measured."""
    margin: float = 0.1
    """How much nearer the best person must be than the second best."""
    shortest_s: float = 5.0
    """Seconds of speech that are needed: with less, different people came too near to one another."""
    slope: float = 21.5
    """Logistic calibration of cosines (Brümmer and du Preez 2006), fitted on the same trials for one true
    pair in ten: nats a unit of cosine,"""
    at_threshold: float = 3.2
    """and nats at the threshold, which is a confidence of 0.96."""


class Text(Thresholds):
    """When a speaker has the name that a known text has before its lines."""

    seconds: float = 1.0
    """Seconds of lines with this name."""
    share: float = 0.6
    """Share of the speaker's seconds in lines with names."""


EVIDENCE = Evidence()
VOICES = Voices()
TEXT = Text()
THRESHOLDS = (EVIDENCE, VOICES, TEXT)
