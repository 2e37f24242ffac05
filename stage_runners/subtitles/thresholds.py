"""The numbers of layout, cue times, labels and edits that no parameter sets; part of the store's key.

Costs are on one scale, on which an additional cue costs 3. They are estimates, checked against an exact
optimum on the test films: docs/decisions/2026-11-21-layout.md, benchmarks/layout_bound.py. Other sources are
named.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Costs(Thresholds):
    """The costs of dividing words into cues."""

    cue: float = 3.0
    """Each cue."""
    clause: float = 4.0
    """A break at the end of a clause."""
    phrase: float = 12.0
    """A break in the middle of a phrase, without punctuation."""
    segment_share: float = 0.5
    """Factor on such a break between two segments, where the recogniser paused."""
    pause_least_share: float = 0.25
    """Minimum factor on a break at a pause; the longer the pause, the lower the cost."""
    pause_full_s: float = 1.2
    """Length of a pause, in seconds, at which that factor would be 0."""
    dangling: float = 3.0
    """Factor on the cost of a line break there: an article is worse at the end of a cue than of a line."""
    torn: float = 15.0
    """A break between words that belong together; a cue that is too fast is preferable."""
    sentence_inside: float = 2.0
    """A sentence that ends inside a cue."""
    ragged: float = 6.0
    """A sentence that begins after the end of another one in a cue, and is split."""
    shot_inside: float = 1.5
    """A shot change in the middle of a cue."""
    pause_inside: float = 8.0
    """Each second of silence inside a cue beyond `pause_free_s`."""
    pause_free_s: float = 0.3
    """Seconds of silence inside a cue that cost nothing."""
    dialogue: float = 8.0
    """Two speakers in one cue."""
    brief: float = 6.0
    """Each second by which a cue is shorter than `brief_ms`."""
    brief_ms: int = 1500
    late: float = 25.0
    """Each second by which a cue starts late."""
    fast: float = 4.0
    """A cue that is too fast to read, plus `fast_character` per character: short ones are preferred."""
    fast_character: float = 0.5
    faster: float = 20.0
    """Missing reading time, as a share of the available time."""
    short: float = 80.0
    """A cue that is too short to be seen, plus the same for each missing `short_ms`."""
    short_ms: float = 10.0
    long: float = 300.0
    """A cue whose words last longer than a cue may be shown, plus the same for each excess `long_ms`."""
    long_ms: float = 100.0


class Search(Thresholds):
    """The limits of the layout's search."""

    states: int = 8
    """Number of states per break; with twice as many, no layout of a test film changed."""
    least_ms: int = 240
    """Milliseconds for a cue whose words are all inside the time of the previous cue."""


class LineBreaks(Thresholds):
    """The costs of a line break between two words."""

    line: float = 1.0
    """Each additional line."""
    uneven: float = 6.0
    """Lines whose lengths differ by a full line."""
    upper_longer: float = 0.2
    """Share of that cost that is added if the upper line is longer."""
    label_line: float = 3.0
    """A speaker label on a separate line."""
    forbidden: float = 60.0
    """A break that looks like a mistake; it is finite, so that every text can be broken."""
    torn: float = 6.0
    """Cost from which a break separates words that belong together."""
    inside_word: float = 8.0
    """Inside a word that is longer than a line."""
    bound: float = 8.0
    """After a word that should not end a line: an article, a preposition."""
    joint: float = 6.0
    """After a conjunction, or inside what looks like a name."""
    before_joint: float = 1.5
    """Before a conjunction."""
    plain: float = 3.0
    """Between two other words."""
    clause: float = 0.5
    """After a comma, plus `clause_parse_share` of the parse's cost, if the words do not belong together."""
    clause_parse_share: float = 0.25
    # Scripts without spaces: phrases of Japanese end in hiragana; a run of katakana is one word, and one of
    # kanji often is.
    after_hiragana: float = 2.0
    katakana: float = 20.0
    kanji: float = 8.0
    same_script: float = 6.0
    inside_run: float = 2.0
    """Added inside a word that is longer than a line."""
    before_hiragana: float = 10.0
    other_script: float = 4.0


class CueTimes(Thresholds):
    """The numbers for the start and end of cues."""

    late_ms: int = 400
    """Milliseconds that a cue may start after its first word if the previous one would be invisible."""
    patience_ms: int = 160
    """The same if the previous one would be too short to read: four frames of 24. Netflix's checkers accept
    three; that four are not noticed is an estimate."""
    hold_ms: int = 100
    """Milliseconds that a cue stays after its last word if there is room: the word's end is imprecise."""
    late_gaps: int = 2
    """A cue is flagged `late` if it starts this many gaps, and `patience_ms`, after its first word."""
    snap_ahead: float = 2 / 3
    """Share of the window before a shot change in which a cue's start moves to the change (Netflix, Subtitle
    Timing Guidelines, section 2)."""
    cut_short: float = 1 / 4
    """Share of the window by which a cue may end before its last word does, to end before a shot change."""
    beyond: float = 1 / 2
    """Share of the window that a cue must stay after a shot change if it continues past it."""
    flash_frames: int = 2
    """Frames that an unreadable cue may lose, to avoid a flash before a shot change."""


class SpeakerLabels(Thresholds):
    """The room for a speaker label in a line."""

    characters: int = 14
    """In the narrowest line: `[SPEAKER 12]` and a little more."""
    line_share: float = 3 / 5
    """Share of a wider line."""


class SoundLabels(Thresholds):
    """Labels such as `[music]` for deaf and hard-of-hearing viewers; docs/decisions/2026-11-21-sounds.md."""

    shown_ms: int = 3000
    """Milliseconds that a label is shown: it is read quickly, and need not stay during all of the music."""
    least_ms: int = 1000
    again_ms: int = 15_000
    """Music that resumes within this many milliseconds is the same music, and gets one label."""
    silent_share: float = 0.9
    """Minimum share of silence in a pause that is labelled as silence."""


class Doubts(Thresholds):
    """Which cues are flagged as doubtful."""

    segment_share: float = 0.5
    """Minimum share of a segment's time in a doubt: aligners move words, and speakers split segments, after
    the doubt was raised."""
    least_s: float = 0.05
    """Minimum length of a segment, in seconds."""


class EditMatching(Thresholds):
    """How an edit is matched with the cues and words it replaces; docs/decisions/2026-11-21-edits.md."""

    same_time_s: float = 0.05
    """Seconds by which equal times may differ: the clock of a container rounds them."""
    candidates: int = 8
    """Number of cues, from the edit's start on, that are compared with it."""
    late_ms: int = 400
    """Milliseconds that a cue may start late, to make room for an edited one before it."""
    least_ms: int = 240
    """Minimum milliseconds that it is then shown."""
    reach_s: float = 1.0
    """Maximum seconds from the edit to the start of its words: a cue may start late to be readable."""
    seen_s: float = 60.0
    """The same if the cue is unchanged: with much overlapping speech, it starts long after its words."""
    alike: float = 0.5
    """Share of common words, in order, from which two texts are nearly the same."""
    scrap_s: float = 0.25
    """Maximum seconds of an isolated word next to an edit that counts as a remnant of the replaced text."""
    pause_s: float = 0.3
    """Seconds of silence that isolate it."""


class Paragraphs(Thresholds):
    """Where a transcript to read begins a new paragraph, besides a change of speaker."""

    pause_s: float = 3.0
    """Seconds of silence."""
    long: int = 600
    """Characters after which the next sentence begins one."""


class TwoLanguages(Thresholds):
    """Where a translation is cut between the cues of its source language."""

    reach: int = 3
    """Words by which the cut may move from its time to a better place."""
    moved: float = 1.2
    """Cost of each of those words, on the scale of line breaks: three words for the end of a clause."""
    most_lines: int = 4
    """Lines of a translation in one cue."""


COSTS = Costs()
SEARCH = Search()
LINE_BREAKS = LineBreaks()
CUE_TIMES = CueTimes()
SPEAKER_LABELS = SpeakerLabels()
SOUND_LABELS = SoundLabels()
DOUBTS = Doubts()
EDIT_MATCHING = EditMatching()
PARAGRAPHS = Paragraphs()
TWO_LANGUAGES = TwoLanguages()
THRESHOLDS = (
    COSTS, SEARCH, LINE_BREAKS, CUE_TIMES, SPEAKER_LABELS, SOUND_LABELS, DOUBTS, EDIT_MATCHING, PARAGRAPHS,
    TWO_LANGUAGES,
)  # fmt: skip
