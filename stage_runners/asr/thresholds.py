"""Every figure of recognition that can change its result, whatever engine reads the sound.

The instances in `THRESHOLDS` are part of the key that a result is stored under. An engine's own figures are
in its declaration (`stage_runners.asr.engines.Engine.thresholds`). Where no source is named, the figure was
chosen on the shared recordings: see docs/decisions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How speech is cut into the windows that an engine reads."""

    pad: float = 0.2
    """Seconds kept around speech: a window that begins in the middle of a breath loses its first word."""
    longest_pause: float = 5.0
    """Seconds of silence that a window may hold; longer ones hold music, on which Whisper invents text."""
    quiet_frame: float = 0.02
    """Seconds of a frame when the quietest place is looked for."""
    quiet_frames: int = 5
    """Frames whose mean power is compared: a tenth of a second."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """How words become segments."""

    pause: float = 1.0
    """Seconds between two words that end a segment."""
    longest: float = 1.5
    """Seconds that an attention time may give a word: longer ones hold the pause before or after it."""


@dataclass(frozen=True, kw_only=True)
class Languages:
    """How the film's language, and changes of language inside it, are detected.

    docs/decisions/ has the measurements.
    """

    windows: int = 5
    """Windows that the film's language is detected from, spread over the film."""
    stretch: float = 5.0
    """Seconds whose language is detected at once: of three seconds of plain speech, one in ten got another
    language."""
    hop: float = 2.5
    """Seconds from the start of one stretch to the next."""
    change: float = 5.0
    """Cost of a change, in nats; a stretch that is surely of one language and not of another is worth 4.6."""
    floor: float = 0.01
    """Probability below which a language is as good as excluded: no single stretch decides."""
    candidate: float = 0.5
    """Probability that a language must reach in some stretch to be considered."""
    sure: float = 0.8
    """Probability that another language needs in a part that is encoded alone."""
    times: float = 20.0
    """How many times as probable as the film's language it must be there."""
    near: float = 3.0
    """Seconds on either side of a possible cut whose language is detected."""
    edge: float = 1.0
    """Seconds at the ends of a stretch in which no change is looked for."""
    apart: float = 0.4
    """Seconds between two places where a change is looked for."""
    places: int = 8
    """How many places are compared."""
    as_good: float = 1.0
    """Nats by which a place may separate two languages worse than the best and still win by being quieter."""


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """Points of evidence: none up to `none`, `most` from `all` on, in proportion between.

    `all` may be the smaller one.
    """

    none: float
    all: float
    most: float

    def __call__(self, value: float) -> float:
        """The points for `value`."""
        return self.most * min(1.0, max(0.0, (value - self.none) / (self.all - self.none)))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What counts against a text, and how much."""

    drop: float = 3.0
    """Points from which a text may be dropped."""
    flag: float = 1.5
    """Points from which a text is flagged."""
    suspect: float = 1.0
    """Points from which a text is read a second time."""
    kinds: int = 3
    """Kinds of evidence that must agree before a text is dropped."""
    near: float = 0.25
    """Seconds around a region of speech that count as speech: attention times are off by a tenth of a
    second, rarely by 0.25 s."""
    silence: Ramp = Ramp(none=0.6, all=0.1, most=2.0)
    """Share of its words' time in which the detectors find speech."""
    no_speech: Ramp = Ramp(none=0.2, all=0.6, most=1.5)
    """The engine's probability that nobody speaks."""
    unlikely: Ramp = Ramp(none=-0.5, all=-1.0, most=1.0)
    """Mean log-probability a token; -1 is Whisper's own threshold (Radford et al. 2022, section 4.5)."""
    below_usual: float = 0.2
    """Nats below the film's own mean from which a log-probability counts, where the whole film is
    unlikely."""
    unsure: Ramp = Ramp(none=0.45, all=0.15, most=1.0)
    """Mean probability of the words."""
    again: Ramp = Ramp(none=0.6, all=0.1, most=1.5)
    """Share of the text that came again in the second pass."""
    gain: Ramp = Ramp(none=1.0, all=0.2, most=1.0)
    """Nats a token by which the sound makes the text more likely than silence does."""
    repeats: float = 1.0
    """Points of a text that repeats itself or its neighbours."""
    repeats_much: float = 1.5
    """Points of one that does so over and over."""
    much_looped: float = 0.5
    """Share of a text that is a repetition, from which it does so over and over."""
    much_said: int = 6
    """Neighbours with the same text, from which it does so over and over."""
    pace: float = 1.0
    """Points of a text that is too fast or too slow for speech."""
    credits: float = 0.5
    """Points of a text that reads like the credits of subtitles."""
    fastest: float = 30.0
    """Letters a second that nobody speaks in scripts with blanks; the fastest speakers reach about 22."""
    fastest_spaceless: float = 15.0
    """The same in scripts without blanks, where they reach about 11."""
    fast_from: int = 12
    """Letters that a text needs more of to be too fast: a single word may have a time of no length at all."""
    slowest: float = 1.5
    """Letters a second that are too few for speech: what a held note or a long noise gets."""
    slow_from: float = 4.0
    """Seconds from which a text can be too slow."""
    credits_longest: int = 80
    """Characters of a line of credits at most: a talk about subtitles has longer sentences."""


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """When neighbours say the same too often."""

    neighbours: int = 8
    """Segments before and after one among which the same text is looked for: a network that is stuck stays
    so for a while."""
    long: int = 12
    """Letters from which a line is seldom said twice in a row; shorter ones (`Yes.`, `I know.`) are."""
    often: int = 3
    """How often a long text comes before it looks stuck."""
    often_short: int = 6
    """How often a short one does."""


@dataclass(frozen=True, kw_only=True)
class SecondPass:
    """How much of a film is read a second time, and how both texts are compared."""

    share: float = 0.1
    """Second readings that a film may have, as a share of its windows."""
    least: int = 2
    """How many it may always have."""
    margin: float = 0.3
    """Seconds of sound kept around what is read again."""
    other_margin: float = 0.7
    """Seconds of the other window that recovered text has to come again in: with more, Whisper often reads
    the neighbours and stops."""
    run: int = 3
    """Letters in a row that have to come again to count: single ones are in any text."""
    least_probability: float = 1e-4
    """Probability that a token counts with at least: one strange token says little about a line."""
    most_tokens: int = 200
    """Tokens of a line whose probability is computed at most."""
    silence: float = 30.0
    """Seconds of silence that a text's probability is compared with, where the engine's windows hold that
    many."""


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """Speech without text."""

    least: float = 0.6
    """Seconds of speech without a word that are worth a second reading: shorter ones are breaths and the
    ends of words."""
    near: float = 0.3
    """Seconds around a word that count as covered by it: attention times are that far off at times."""
    edge: float = 0.2
    """Seconds by which the middle of a word may lie outside the gap that it is put in."""
    most_shared: int = 8
    """Words that two readings may share at a border."""
    around: int = 8
    """Words on either side of a gap that are compared with what was read in it."""
    silent: float = 0.5
    """Share of a gap that dropped text of silence covers, from which nobody speaks in the gap."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What recovered text needs, as far as the engine measures it."""

    probability: float = 0.5
    """Mean probability of the words, at least."""
    logprob: float = -0.8
    """Mean log-probability a token, at least."""
    no_speech: float = 0.3
    """Probability that nobody speaks, at most."""
    again: float = 0.6
    """Share of the text that comes again in a window of other bounds, at least."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """When a word is a misheard name, as measured for the decision on names."""

    less_likely: float = 3.0
    """Nats that the text with the name may be less likely without hotwords: a rare name is what Whisper
    does not expect."""
    least_probability: float = 1e-9
    """Probability that a token counts with at least."""
    unsure: float = 0.75
    """Probability of a word below which it may be a misheard name."""
    resembles: float = 0.7
    """Likeness from which a word may be the name."""
    short_more: float = 0.08
    """Likeness that a name of at most `short` letters needs besides: too many words are like it."""
    short: int = 3
    run_more: float = 0.1
    """Likeness that several words together need besides."""
    believed: float = 0.85
    """Probability of a word from which it is believed everywhere, as `post_ner` does."""
    present: float = 0.5
    """Probability of every word of a name from which the name counts as present in the film."""
    longest: int = 3
    """Words that a name may have been taken for."""


WINDOWS, WORDS, LANGUAGES, EVIDENCE, REPETITION = Windows(), Words(), Languages(), Evidence(), Repetition()
SECOND_PASS, GAPS, RECOVERY, NAMES = SecondPass(), Gaps(), Recovery(), Names()
THRESHOLDS: tuple[object, ...] = (
    WINDOWS, WORDS, LANGUAGES, EVIDENCE, REPETITION, SECOND_PASS, GAPS, RECOVERY, NAMES,
)  # fmt: skip
