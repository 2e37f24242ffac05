"""The flags of cues: their words, whether they need review, and how urgently. A new flag is one entry.

The stage `subtitles` sets most of them. The report adds `no_speech`, `unsure` and `proposed`, its page
`silence` and `rival`. The summary of a run, the report and its page take all words from this table; the page
gets it as data. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class CueFlag:
    """A flag: `label` is for lists and after a count ("3 too short"), `sentence` for one cue.

    `review` marks flags that need review. `weight` is the share of such cues, in 0..1, that a reviewer would
    change, by estimate; 0 if `orchestrator/report/need.py` measures it for each cue.
    """

    label: str
    sentence: str
    weight: float = 0.0
    review: bool = True


FLAGS: Mapping[str, CueFlag] = MappingProxyType(
    {
        "too_fast": CueFlag(label="too fast (CPS)", sentence="exceeds reading speed (CPS)", weight=0.15),
        "too_short": CueFlag(label="too short", sentence="shorter than the minimum duration", weight=0.15),
        "too_long": CueFlag(label="too long", sentence="longer than the maximum duration", weight=0.1),
        "wide": CueFlag(label="line too long", sentence="a line exceeds the maximum length", weight=0.15),
        "lines": CueFlag(label="too many lines", sentence="more lines than allowed", weight=0.15),
        "collides": CueFlag(
            label="overlapping cues", sentence="shown at the same time as another cue", weight=0.4
        ),
        "late": CueFlag(label="late start", sentence="starts later than its first word", weight=0.25),
        "overlap": CueFlag(label="overlapping speech", sentence="two people speak at once", weight=0.3),
        "guessed_times": CueFlag(
            label="estimated times", sentence="times are estimated, not aligned", weight=0.35
        ),
        "unknown_speaker": CueFlag(label="unknown speaker", sentence="unknown speaker", weight=0.2),
        "doubtful": CueFlag(label="doubtful text", sentence="low-confidence transcription", weight=0.6),
        "not_in_text": CueFlag(
            label="not in your text", sentence="spoken, but not in the text that you gave", weight=0.5
        ),
        "perhaps_unspoken": CueFlag(
            label="perhaps not spoken", sentence="has words of your text that were not heard", weight=0.3
        ),
        "no_speech": CueFlag(label="no speech", sentence="no speech detected here"),
        "unsure": CueFlag(label="low confidence", sentence="low-confidence words"),
        "silence": CueFlag(
            label="missed speech", sentence="speech was detected here, but there is no text", weight=0.75
        ),
        "proposed": CueFlag(label="proposed change", sentence="a model proposes a change", weight=0.5),
        "rival": CueFlag(label="conflicting edits", sentence="somebody else changed it too", weight=1.0),
        "edited": CueFlag(label="edited", sentence="edited by hand", review=False),
        "sound": CueFlag(label="sound", sentence="describes a sound, not speech", review=False),
    }
)
_UNKNOWN_WEIGHT = 0.3


def flag_of(name: str) -> CueFlag:
    """The flag `name`; an unknown one, from another version's result, gets its name as words."""
    words = name.replace("_", " ")
    return FLAGS.get(name) or CueFlag(label=words, sentence=words, weight=_UNKNOWN_WEIGHT)


def table() -> dict[str, dict[str, str | float | bool]]:
    """The table as plain values, for the page."""
    return {name: asdict(flag) for name, flag in FLAGS.items()}
