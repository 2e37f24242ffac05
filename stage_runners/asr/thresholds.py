"""The numbers of speech recognition that can change its result, for all engines.

The instances in `THRESHOLDS` are part of the store's key. An engine declares its thresholds in
`stage_runners.recognition.engine.Engine.thresholds`. Values without a source were chosen on the shared
recordings: see docs/decisions.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds
from stage_runners.recognition.thresholds import WINDOWS


class Words(Thresholds):
    """How words become segments."""

    pause: float = 1.0
    """Seconds between two words that end a segment."""
    longest: float = 1.5
    """Maximum length of a word by attention times, in seconds: a longer one includes a pause."""


class Languages(Thresholds):
    """How the film's language, and changes of language inside it, are detected.

    docs/decisions/ has the measurements.
    """

    windows: int = 5
    """Number of windows, spread over the film, in which its language is detected."""
    stretch: float = 5.0
    """Length of a stretch in seconds: of three seconds of clear speech, one in ten got a wrong language."""
    hop: float = 2.5
    """Seconds from the start of one stretch to the next."""
    change: float = 5.0
    """Cost of a change, in nats; a stretch that is surely of one language and not of another is worth 4.6."""
    floor: float = 0.01
    """Minimum probability of a language in a stretch, so that no single stretch decides."""
    candidate: float = 0.5
    """Probability that a language must reach in at least one stretch to be considered."""
    sure: float = 0.8
    """Probability that another language must reach in a part that is encoded alone."""
    times: float = 20.0
    """How many times as probable as the film's language it must be in that part."""
    near: float = 3.0
    """Seconds on either side of a possible split whose language is detected."""
    edge: float = 1.0
    """Seconds at the ends of a stretch in which no split is made."""
    apart: float = 0.4
    """Minimum distance of two possible splits, in seconds."""
    places: int = 8
    """Number of possible splits that are compared."""
    as_good: float = 1.0
    """A quieter split is preferred if it separates the languages at most this much worse, in nats."""


class Ramp(Thresholds):
    """Points of evidence: none at `none`, `most` at `all`, linear between; `all` may be the smaller value."""

    none: float
    all: float
    most: float

    def __call__(self, value: float) -> float:
        """The points for `value`."""
        return self.most * min(1.0, max(0.0, (value - self.none) / (self.all - self.none)))


class Evidence(Thresholds):
    """The kinds of evidence against a text, and their weights."""

    drop: float = 3.0
    """Points from which a text may be dropped."""
    flag: float = 1.5
    """Points from which a text is flagged."""
    suspect: float = 1.0
    """Points from which a text goes into the second pass."""
    kinds: int = 3
    """Kinds of evidence that must agree before a text is dropped."""
    near: float = 0.25
    """Seconds around speech that count as speech: attention times are off by 0.1 s, rarely by 0.25 s."""
    silence: Ramp = Ramp(none=0.6, all=0.1, most=2.0)
    """Share of the words' time in which the detectors find speech."""
    no_speech: Ramp = Ramp(none=0.2, all=0.6, most=1.5)
    """The engine's probability of no speech."""
    unlikely: Ramp = Ramp(none=-0.5, all=-1.0, most=1.0)
    """Mean log-probability per token; Whisper's threshold is -1 (Radford et al. 2022, section 4.5)."""
    below_usual: float = 0.2
    """In a film with a low mean log-probability, only values this much below the mean count, in nats."""
    unsure: Ramp = Ramp(none=0.45, all=0.15, most=1.0)
    """Mean probability of the words."""
    again: Ramp = Ramp(none=0.6, all=0.1, most=1.5)
    """Share of the text that recurred in the second pass."""
    gain: Ramp = Ramp(none=1.0, all=0.2, most=1.0)
    """How much likelier the sound makes the text than silence does, in nats per token."""
    repeats: float = 1.0
    """Points of a text that repeats itself or its neighbours."""
    repeats_much: float = 1.5
    """Points of a text that does so many times."""
    much_looped: float = 0.5
    """Share of repetition in a text from which that is many times."""
    much_said: int = 6
    """Number of neighbours with the same text from which that is many times."""
    pace: float = 1.0
    """Points of a text that is too fast or too slow for speech."""
    credits: float = 0.5
    """Points of a text that reads like the credits of subtitles."""
    fastest: float = 30.0
    """Letters per second that are too fast in scripts with spaces; the fastest speakers reach about 22."""
    fastest_spaceless: float = 15.0
    """The same in scripts without spaces, where they reach about 11."""
    fast_from: int = 12
    """A text with fewer letters is never too fast: a single word can have zero length."""
    slowest: float = 1.5
    """Letters per second that are too slow for speech, such as a held note or a long noise."""
    slow_from: float = 4.0
    """Minimum length of a text that can be too slow, in seconds."""
    credits_longest: int = 80
    """Maximum characters of a line of credits: a talk about subtitles has longer sentences."""


class Repetition(Thresholds):
    """When neighbouring segments have the same text too often."""

    neighbours: int = 8
    """Number of segments before and after that are compared: a stuck network stays stuck for a while."""
    long: int = 12
    """Letters from which a line seldom occurs twice in a row; shorter ones (`Yes.`, `I know.`) often do."""
    often: int = 3
    """Repetitions from which a long text looks stuck."""
    often_short: int = 6
    """Repetitions from which a short text looks stuck."""


class SecondPass(Thresholds):
    """The extent of the second pass, and the comparison of both texts."""

    share: float = 0.1
    """Limit of the second pass, as a share of the film's windows."""
    least: int = 2
    """Spans that are always allowed."""
    margin: float = 0.3
    """Seconds of sound around a span in the second pass."""
    other_margin: float = 0.7
    """The margin of the other window in which recovered text must recur: with more, Whisper often transcribes
    the neighbours and stops."""
    run: int = 3
    """Letters in a row that must recur to count: single letters occur in any text."""
    least_probability: float = 1e-4
    """Minimum probability that a token counts: one strange token means little for a line."""
    most_tokens: int = 200
    """Maximum number of tokens of a line whose probability is computed."""
    silence: float = 30.0
    """Length of the silence that a text's probability is compared with, within the engine's limit."""


class Gaps(Thresholds):
    """Missed speech: regions without text."""

    least: float = 0.6
    """Minimum length of a gap, in seconds: shorter ones are breaths and the ends of words."""
    near: float = 0.3
    """Seconds around a word that count as covered: attention times can be off by that much."""
    edge: float = 0.2
    """Seconds by which the middle of a word may lie outside its gap."""
    most_shared: int = 8
    """Maximum number of words that both passes may share at a border."""
    around: int = 8
    """Words on either side of a gap that are compared with the recovered text."""
    silent: float = 0.5
    """A gap counts as silence if dropped text in silence covers this share of it."""


class Recovery(Thresholds):
    """Requirements for recovered text, as far as the engine measures them."""

    probability: float = 0.5
    """Minimum mean probability of the words."""
    logprob: float = -0.8
    """Minimum mean log-probability per token."""
    no_speech: float = 0.3
    """Maximum probability of no speech."""
    again: float = 0.6
    """Minimum share of the text that recurs in a window with other bounds."""


class Names(Thresholds):
    """When a word counts as a misheard name; measured in the decision on names (docs/decisions)."""

    less_likely: float = 3.0
    """How much less likely the text with the name may be without hotwords, in nats: rare names are."""
    least_probability: float = 1e-9
    """Minimum probability that a token counts."""
    unsure: float = 0.75
    """Probability of a word below which it may be a misheard name."""
    resembles: float = 0.7
    """Minimum similarity of a word to the name."""
    short_more: float = 0.08
    """Additional similarity for names of at most `short` letters: too many words resemble them."""
    short: int = 3
    run_more: float = 0.1
    """Additional similarity for several words together."""
    believed: float = 0.85
    """Probability from which a word is trusted throughout the film; `post_ner` uses the same rule."""
    present: float = 0.5
    """Probability of every word of a name from which the name counts as present in the film."""
    longest: int = 3
    """Maximum number of words that can be one misheard name."""


WORDS, LANGUAGES, EVIDENCE, REPETITION = Words(), Languages(), Evidence(), Repetition()
SECOND_PASS, GAPS, RECOVERY, NAMES = SecondPass(), Gaps(), Recovery(), Names()
THRESHOLDS: tuple[Thresholds, ...] = (
    WINDOWS, WORDS, LANGUAGES, EVIDENCE, REPETITION, SECOND_PASS, GAPS, RECOVERY, NAMES,
)  # fmt: skip
