"""Scores of cues: compliance with a profile's rules, and SubER, the subtitle edit rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipc import cue_rules
from ipc.cue_rules import CueLimits, milliseconds
from stage_runners.scoring.text import SPACELESS
from stage_runners.scoring.units import Cue

TIME_LIMIT_S = 120
"""Seconds that SubER may take."""
_NAMES = {
    cue_rules.WIDE: "line_too_long",
    cue_rules.LINES: "too_many_lines",
    cue_rules.TOO_FAST: "too_fast",
    cue_rules.TOO_SHORT: "too_short",
    cue_rules.TOO_LONG: "too_long",
    cue_rules.COLLIDES: "overlap",
    cue_rules.GAP: "gap_too_small",
}
"""The names of the rules in the scores, in the order of the scores."""
_UNSCORED = {"ja": "Japanese", "ko": "Korean"}


def rules(cues: Sequence[Cue], limits: CueLimits) -> dict[str, Any]:
    """Compliance of the cues, in order, with the rules.

    `clean` is the share of cues that break no rule, and `broken` counts the cues that break each rule. `fair`
    also accepts a cue whose only fault is its reading speed, if even the longest possible display could not
    fix it: the speaker talks faster than viewers read.
    """
    broken: dict[str, int] = {}
    clean = fair = 0
    for at, cue in enumerate(cues):
        wrong = _broken(cue, cues[at - 1] if at else None, limits)
        clean += not wrong
        fair += not wrong or (
            wrong == [_NAMES[cue_rules.TOO_FAST]]
            and _forced(cue, cues[at + 1] if at + 1 < len(cues) else None, limits)
        )
        for rule in wrong:
            broken[rule] = broken.get(rule, 0) + 1
    return {"cues": len(cues), "clean": clean / len(cues), "fair": fair / len(cues), "broken": broken}


def _broken(cue: Cue, before: Cue | None, limits: CueLimits) -> list[str]:
    """The names of the rules that the cue breaks."""
    wrong = set(cue_rules.broken(cue.lines, milliseconds(cue.start, cue.end), limits))
    if before is not None:
        wrong.add(cue_rules.broken_between(milliseconds(before.end, cue.start), limits))
    return [name for rule, name in _NAMES.items() if rule in wrong]


def _forced(cue: Cue, following: Cue | None, limits: CueLimits) -> bool:
    """Whether the cue would be too fast even if it stayed as long as possible."""
    room = milliseconds(cue.start, following.start) - limits.gap_ms if following else limits.max_ms
    return cue_rules.too_fast(cue_rules.characters(cue.lines), min(room, limits.max_ms), limits)


def why_no_suber(language: str) -> str:
    """Why SubER cannot score this language; empty if it can."""
    if language in _UNSCORED:
        return f"SubER needs MeCab for {_UNSCORED[language]} text, which not every machine can install"
    if language in SPACELESS - {"zh"}:
        return "SubER counts words, and this language is written without spaces between them"
    return ""


def suber(reference: Sequence[Cue], hypothesis: Sequence[Cue], language: str) -> float | None:
    """Subtitle edit rate (Wilken et al., IWSLT 2022): edits of words and breaks, per word of the reference.

    It is measured with the authors' package, without labels and sounds. None if it takes more than
    `TIME_LIMIT_S`: the method searches for moved words between pauses, and takes longer the fewer pauses both
    have in common.
    """
    import signal

    from suber.metrics.suber import calculate_SubER

    def expire(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(TIME_LIMIT_S)
    try:
        percent = calculate_SubER(
            hypothesis=_subtitles(hypothesis),
            reference=_subtitles(reference),
            language="zh" if language == "zh" else None,
        )
    except TimeoutError:
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return float(percent) / 100


def _subtitles(cues: Sequence[Cue]) -> list[Any]:
    from suber.data_types import LineBreak, Subtitle, TimedWord

    subtitles: list[Any] = []
    for cue in cues:
        words: list[Any] = []
        for line in cue.said:
            words += [
                TimedWord(string=word, subtitle_start_time=cue.start, subtitle_end_time=cue.end)
                for word in line.split()
            ]
            if words:
                words[-1].line_break = LineBreak.END_OF_LINE
        if words:
            words[-1].line_break = LineBreak.END_OF_BLOCK
            subtitles.append(
                Subtitle(word_list=words, index=len(subtitles) + 1, start_time=cue.start, end_time=cue.end)
            )
    return subtitles
