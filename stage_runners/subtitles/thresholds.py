"""The numbers of the layout, of cue times, labels and edits that no parameter sets. They are part of the
store's key.

Costs are on one scale, on which one more cue costs 3. They are judgements, checked against an exact optimum
on the test films: docs/decisions/2026-11-21-layout.md, benchmarks/layout_bound.py. Where a number comes from
somewhere else, it says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What the layout weighs to cut words into cues."""

    cue: float = 3.0
    """Each cue."""
    clause: float = 4.0
    """A cut at the end of a clause."""
    phrase: float = 12.0
    """A cut in the middle of a phrase, at no punctuation."""
    segment_share: float = 0.5
    """Factor on such a cut between two segments: the recogniser paused there."""
    pause_least_share: float = 0.25
    """Least factor on a cut at a pause; the longer the pause, the cheaper the cut."""
    pause_full_s: float = 1.2
    """Seconds of a pause at which that factor would reach 0."""
    dangling: float = 3.0
    """Factor on what ending a line there would cost: an article at the end of a cue is worse than at that of
    a line."""
    torn: float = 15.0
    """A cut between words that belong together, rather than which a cue may be too fast."""
    sentence_inside: float = 2.0
    """A sentence that ends inside a cue."""
    ragged: float = 6.0
    """A sentence that begins in a cue behind another one's end, and is cut."""
    shot_inside: float = 1.5
    """A change of shot in the middle of a cue."""
    pause_inside: float = 8.0
    """A second of silence inside a cue, past `pause_free_s`."""
    pause_free_s: float = 0.3
    """Seconds of silence inside a cue that cost nothing."""
    dialogue: float = 8.0
    """Two speakers in one cue."""
    brief: float = 6.0
    """A second that a cue is shorter than `brief_ms`."""
    brief_ms: int = 1500
    late: float = 25.0
    """A second that a cue starts late."""
    fast: float = 4.0
    """A cue that cannot be read, and `fast_character` for each character in it: rather a short one than a
    long one."""
    fast_character: float = 0.5
    faster: float = 20.0
    """Reading time that lacks, as a share of what there is."""
    short: float = 80.0
    """A cue that is too short to be seen, and one more for each `short_ms` that lack."""
    short_ms: float = 10.0
    long: float = 300.0
    """A cue whose words take longer than a cue may be shown, and one more for each `long_ms` too many."""
    long_ms: float = 100.0


@dataclass(frozen=True, kw_only=True)
class Search:
    """How the layout searches."""

    states: int = 8
    """Starts of the next cue that are kept at each cut: with twice as many no layout of a test film changed.
    """
    least_ms: int = 240
    """Milliseconds that a cue gets though all its words lie under those of the one before."""


@dataclass(frozen=True, kw_only=True)
class LineBreaks:
    """What it costs to end a line between two words."""

    line: float = 1.0
    """Each line more."""
    uneven: float = 6.0
    """Lines that differ in length by a whole line."""
    upper_longer: float = 0.2
    """Share of that cost which comes on top if the upper line is the longer one."""
    label_line: float = 3.0
    """A speaker label that takes a line of its own."""
    forbidden: float = 60.0
    """A break that a reader takes for a mistake; not infinite, so that every text has lines."""
    torn: float = 6.0
    """Cost from which on a break tears apart what belongs together."""
    inside_word: float = 8.0
    """Inside a word that is longer than a line."""
    bound: float = 8.0
    """After a word that is never last: an article, a preposition."""
    joint: float = 6.0
    """After a conjunction, or inside what looks like a name."""
    before_joint: float = 1.5
    """Before a conjunction."""
    plain: float = 3.0
    """Between two words that nothing is known of."""
    clause: float = 0.5
    """After a comma, and `clause_parse_share` of the parse's own cost: between words that belong together a
    comma is no place to breathe."""
    clause_parse_share: float = 0.25
    # Scripts without spaces: phrases of Japanese end in hiragana; a run of katakana is one word, and one of
    # kanji often is.
    after_hiragana: float = 2.0
    katakana: float = 20.0
    kanji: float = 8.0
    same_script: float = 6.0
    inside_run: float = 2.0
    """What comes on top inside a word that is longer than a line."""
    before_hiragana: float = 10.0
    other_script: float = 4.0


@dataclass(frozen=True, kw_only=True)
class CueTimes:
    """When cues begin and end."""

    late_ms: int = 400
    """Milliseconds that a cue may start after its first word if the one before could not be seen otherwise.
    """
    patience_ms: int = 160
    """The same if the one before could not be read to its end: four frames of 24. Netflix's checkers pass
    three; that four are not noticed either is a judgement."""
    hold_ms: int = 100
    """Milliseconds that a cue stays after its last word if there is room: the word's end is only measured."""
    late_gaps: int = 2
    """A cue that starts later after its first word than this many gaps, and than `patience_ms`, is flagged
    `late`."""
    snap_ahead: float = 2 / 3
    """Share of the window before a shot change in which a cue's start moves to the change (Netflix, Subtitle
    Timing Guidelines, section 2)."""
    cut_short: float = 1 / 4
    """Share of the window by which a cue may end before its last word does, to end before a shot change."""
    beyond: float = 1 / 2
    """Share of the window that a cue must stay after a shot change if it goes on past it."""
    flash_frames: int = 2
    """Frames that a cue which cannot be read anyway may lose, so that it does not flash up before a shot change.
    """


@dataclass(frozen=True, kw_only=True)
class SpeakerLabels:
    """The room of a speaker label in a line."""

    characters: int = 14
    """In the narrowest line: `[SPEAKER 12]` and a little more."""
    line_share: float = 3 / 5
    """Share of a wider line."""


@dataclass(frozen=True, kw_only=True)
class SoundLabels:
    """Labels such as `[music]` for deaf and hard-of-hearing viewers; docs/decisions/2026-11-21-sounds.md."""

    shown_ms: int = 3000
    """Milliseconds on the screen: a label is read at once, and need not stand through all of the music."""
    least_ms: int = 1000
    again_ms: int = 15_000
    """Milliseconds within which music that comes again is the same music: it is named once."""
    silent_share: float = 0.9
    """Share of a pause that must be silent, for the pause to be called silence."""


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """Which cues are flagged as doubtful."""

    segment_share: float = 0.5
    """Share of a segment's time that must be doubted: aligners move words, and speakers cut segments, after
    the doubt was raised."""
    least_s: float = 0.05
    """Seconds that a segment counts as having at least."""


@dataclass(frozen=True, kw_only=True)
class EditMatching:
    """How an edit finds the cues and words it was made of; docs/decisions/2026-11-21-edits.md."""

    same_time_s: float = 0.05
    """Seconds by which two times may differ and still be the same: a container's own clock rounds them."""
    candidates: int = 8
    """Cues from the edit's start on that are compared with it."""
    late_ms: int = 400
    """Milliseconds that a cue may begin late, to make room for an edited one before it."""
    least_ms: int = 240
    """Milliseconds that it is then shown at least."""
    reach_s: float = 1.0
    """Seconds from the edit within which its words begin: a cue that could not be read otherwise starts late.
    """
    seen_s: float = 60.0
    """The same if the cue is there as it was: if much is spoken at once, it starts long after its words."""
    alike: float = 0.5
    """Share of the words in common, in order, from which a stretch says nearly the same."""
    scrap_s: float = 0.25
    """Seconds of a word beside an edit that is a scrap of what the edit replaced, if it stands apart from the
    speech around it."""
    pause_s: float = 0.3
    """Seconds of silence that set it apart."""


COSTS = Costs()
SEARCH = Search()
LINE_BREAKS = LineBreaks()
CUE_TIMES = CueTimes()
SPEAKER_LABELS = SpeakerLabels()
SOUND_LABELS = SoundLabels()
DOUBTS = Doubts()
EDIT_MATCHING = EditMatching()
THRESHOLDS = (COSTS, SEARCH, LINE_BREAKS, CUE_TIMES, SPEAKER_LABELS, SOUND_LABELS, DOUBTS, EDIT_MATCHING)
