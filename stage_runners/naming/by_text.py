"""Names of the speakers from a known text, which has them before its lines.

A voice gets the name of most of its time in lines with names. Two voices may have the same name: speaker
detection divides a voice more often than it mistakes one for another. A voice that speaks the lines of
several names in equal parts gets none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ipc.intervals import overlap
from stage_runners.naming.thresholds import TEXT

Row = Mapping[str, Any]


class TextName(NamedTuple):
    """A speaker's name, its share of the named time of that voice, and the evidence in words."""

    speaker: str
    name: str
    confidence: float
    evidence: tuple[str, ...]


class Overruled(NamedTuple):
    """How many lines have another voice than the name before them says, and the names without a voice."""

    lines: int
    voiceless: tuple[str, ...]


def overruled(lines: Sequence[Row], words: Sequence[Row], named: Mapping[str, str]) -> Overruled:
    """What became of the names before lines; `named` are the names of voices by label, not those of the user.

    A voice without a name contradicts none.
    """
    spoken = [row for row in lines if row["speaker"] and row["start"] is not None]
    timed = sorted(
        (word["start"], word["end"], word["speaker"])
        for word in words
        if word["speaker"] and word["start"] is not None
    )
    starts = [start for start, _, _ in timed]
    wrong = 0
    for line in spoken:
        seconds: dict[str, float] = {}
        first, last = bisect_left(starts, line["start"]), bisect_left(starts, line["end"])
        for start, end, voice in timed[first:last]:
            seconds[voice] = seconds.get(voice, 0.0) + end - start
        voice = max(seconds, key=lambda one: seconds[one], default="")
        wrong += named.get(voice, line["speaker"]).casefold() != line["speaker"].casefold()
    voices = {name.casefold() for name in named.values()}
    voiceless = dict.fromkeys(row["speaker"] for row in spoken if row["speaker"].casefold() not in voices)
    return Overruled(wrong, tuple(voiceless))


def names(lines: Sequence[Row], words: Sequence[Row], where: str = "the text") -> Iterator[TextName]:
    """The names of the voices; `lines` are rows of `known_lines` or `subtitle_lines`, `words` have the
    speakers. `where` says in the evidence what has the lines.
    """
    named = sorted(
        (row["start"], row["end"], row["speaker"])
        for row in lines
        if row["speaker"] and row["start"] is not None
    )
    starts = [start for start, _, _ in named]
    longest = max((end - start for start, end, _ in named), default=0.0)
    seconds: dict[str, dict[str, float]] = {}
    for word in words:
        if not word["speaker"] or word["start"] is None:
            continue
        at = bisect_left(starts, word["end"]) - 1
        while at >= 0 and named[at][0] > word["start"] - longest:
            start, end, name = named[at]
            if (both := overlap(start, end, word["start"], word["end"])) > 0:
                of_voice = seconds.setdefault(word["speaker"], {})
                of_voice[name] = of_voice.get(name, 0.0) + both
            at -= 1
    for speaker, found in sorted(seconds.items()):
        name, most = max(found.items(), key=lambda one: (one[1], one[0]))
        share = most / sum(found.values())
        if most >= TEXT.seconds and share >= TEXT.share:
            yield TextName(speaker, name, share, (f"{most:.0f} s of its lines in {where}, {share:.0%}",))
