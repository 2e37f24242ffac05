"""Numbers that change a translation. They are part of the store's key.

Without a source they are judgements, not fitted to a film
(docs/decisions/2026-11-21-translation-of-text.md).
"""

from __future__ import annotations

from ipc.thresholds import Thresholds
from stage_runners.text.thresholds import LOOPS, SCRIPTS


class Sentences(Thresholds):
    """When words of a transcript become one sentence."""

    pause: float = 0.7
    """Seconds of silence after a word without a mark that end a sentence, in a transcript without
    punctuation."""
    pause_punctuated: float = 2.0
    """The same in a punctuated one, where a missing mark means that the sentence continues."""
    pause_comma: float = 3.0
    """Seconds of silence that end it even after a comma."""
    punctuated: float = 0.5
    """Share of segments that end with a sentence's mark, from which on a transcript is punctuated."""
    longest: int = 250
    """Characters of a sentence (half as many in scripts without spaces) above which it is cut: models are
    trained on sentences, and lose parts of longer text."""
    cut_sentence: float = 3.0
    """Worth of a cut where a sentence ends, of at most 1 for the seconds of a pause there."""
    cut_clause: float = 2.0
    """Worth of a cut where a clause ends."""
    cut_uneven: float = 4.0
    """Loss of worth of a cut, times its distance from the middle as a share of the text."""


class Faults(Thresholds):
    """What is visibly wrong with a translated line. Lengths are in characters."""

    longer: float = 3.0
    """A translation may be this many times as long as the pair of scripts makes likely,"""
    more: int = 30
    """and this much longer besides."""
    shorter: float = 0.15
    """It has at least this share of the likely length,"""
    shorter_from: int = 60
    """if that is at least so long."""
    letters: int = 4
    """Letters from which the script is checked."""
    in_script: float = 0.5
    """Share of letters that must be of the target's scripts: names and quotes of another one are fewer."""
    same_lines: int = 3
    """Lines in a row with one text for as many different sources, from which a model is stuck."""
    same_length: int = 12
    """Letters and digits of such a text: short ones (`Yes.`) translate many sources."""
    copied_words: int = 2
    """Different ordinary words of a copied line: laughter has one."""
    copied_length: int = 4
    """Characters of a copied line in a script without spaces."""


class Attempts(Thresholds):
    """How often a sentence with a fault is translated again, and when the model does not fit the film."""

    most: int = 3
    """Attempts at a sentence; the last one is made in clauses."""
    wrong: float = 0.25
    """Share of lines with a fault above which the whole translation is degraded,"""
    wrong_lines: int = 2
    """if more lines than this have one."""
    wider: int = 2
    """Beams that every further attempt searches more."""
    no_repeat: int = 5
    """Size of the word groups that may not repeat, less the number of the attempt."""
    penalty: float = 1.2
    """Repetition penalty of the last attempt (Keskar et al. 2019)."""

    def no_repeat_at(self, attempt: int) -> int:
        """The size of the word groups that may not repeat in an attempt, counted from 0; 0 if they may."""
        return self.no_repeat - attempt if attempt else 0

    def penalty_at(self, attempt: int) -> float:
        """The repetition penalty of an attempt, counted from 0."""
        return self.penalty if attempt >= self.most - 1 else 1.0


class NameForms(Thresholds):
    """When a name of the glossary can be written in the target language."""

    in_script: float = 0.5
    """Share of its letters that are of the target's scripts, above which a form can be written there."""
    ending: int = 3
    """Letters of an ending that a language may add to a name."""


class Times(Thresholds):
    """How the words of a translation share the time of their source."""

    pause: float = 0.3
    """Seconds between two words from which nobody speaks there."""
    apart: float = 0.15
    """Distance of two clause ends, as shares of their texts, up to which they are the same."""
    unmatched: float = 0.08
    """Cost of a clause end without a counterpart, in the same measure (after Gale and Church 1993)."""


class TokenLimits(Thresholds):
    """Tokens that a model of text reads and writes. The same for every batch, or results would depend on its
    size.
    """

    read: int
    """Tokens of a source at most."""
    write: int
    """Tokens of a translation at most."""


class SoundWindows(Thresholds):
    """Windows of sound that are translated at once; `stage_runners.translation.windows` has the
    measurement.
    """

    longest: float = 15.0
    """Seconds of a window."""
    pause: float = 3.0
    """Seconds of silence that a window may hold."""
    pad: float = 0.2
    """Seconds kept around speech, never more than half of the silence between two windows."""
    shortest: float = 0.1
    """Seconds of a window at least."""
    no_repeat: int = 3
    """Size of the word groups that may not repeat in a further attempt."""


class Scenes(Thresholds):
    """Where a scene of the dialogue ends. Times are in seconds."""

    pause: float = 8.0
    """A pause that ends a scene by itself."""
    pause_shot: float = 2.0
    """A pause that ends one if it has a shot change, and others speak after it."""
    around: int = 4
    """Lines before and after whose speakers are compared."""
    shared: float = 0.5
    """Share of those speakers that may be the same on both sides."""
    shortest: int = 4
    """Lines of a scene."""


class Briefings(Thresholds):
    """The summary and the terms that a model writes before it translates."""

    piece: int = 12_000
    """Characters of dialogue in a question, about 4,000 tokens: long films are read in pieces."""
    summary: int = 900
    """Characters of the summary at most; a longer one is cut at a sentence."""
    terms: int = 80
    """Terms and forms of address of a film at most."""
    shown: int = 60
    """Of those so far, the ones that the question about the next piece shows."""


class Questions(Thresholds):
    """Lines of a question to an endpoint, by attempt: few enough for a small model to keep count of, then
    fewer.
    """

    first: int = 16
    second: int = 4
    third: int = 1
    least: int = 8
    """Lines of a first question that ends with a scene."""
    existing: int = 24
    """Cues of existing subtitles that a question shows at most."""
    existing_letters: int = 2500
    """Characters of these cues at most; 24 usual ones have 1,000."""
    around_s: float = 1.0
    """Seconds before its first line from which on they are shown."""


SENTENCES = Sentences()
FAULTS = Faults()
ATTEMPTS = Attempts()
NAME_FORMS = NameForms()
TIMES = Times()
SOUND_WINDOWS = SoundWindows()
SCENES = Scenes()
BRIEFINGS = Briefings()
QUESTIONS = Questions()
CTRANSLATE2_TOKENS = TokenLimits(read=512, write=256)
"""What NLLB-200 and OPUS-MT were trained with, and twice what the longest sentence takes."""
INDICTRANS2_TOKENS = TokenLimits(read=256, write=256)
"""What IndicTrans2's networks have positions for."""

FROM_TEXT = (SENTENCES, FAULTS, ATTEMPTS, NAME_FORMS, TIMES, LOOPS, SCRIPTS)
"""Thresholds of every translation from text."""
FROM_SOUND = (SENTENCES, FAULTS, TIMES, SOUND_WINDOWS, LOOPS)
"""Thresholds of a translation from sound."""
