"""Cues: which rules of a profile they break, and SubER, what it takes to make a human's subtitles of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipc import cue_rules
from ipc.cue_rules import CueLimits, milliseconds
from stage_runners.scoring.text import SPACELESS
from stage_runners.scoring.units import Cue

PATIENCE_S = 120
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
"""What scores call the rules, in the order in which they count them."""
_UNSCORED = {"ja": "Japanese", "ko": "Korean"}


def rules(cues: Sequence[Cue], limits: CueLimits) -> dict[str, Any]:
    """How many of the cues, in order, keep the rules: `clean` is the share that breaks none, `broken` counts by rule.

    `fair` forgives a cue that is only too fast, and would be if it stayed until the next one or as long as is allowed: people do
    talk faster than one reads.
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
    """The rules that the cue breaks, by the names that scores have for them."""
    wrong = set(cue_rules.broken(cue.lines, milliseconds(cue.start, cue.end), limits))
    if before is not None:
        wrong.add(cue_rules.broken_between(milliseconds(before.end, cue.start), limits))
    return [name for rule, name in _NAMES.items() if rule in wrong]


def _forced(cue: Cue, following: Cue | None, limits: CueLimits) -> bool:
    """Whether it would be too fast even if it were shown as long as it could be."""
    room = milliseconds(cue.start, following.start) - limits.gap_ms if following else limits.max_ms
    return cue_rules.too_fast(cue_rules.characters(cue.lines), min(room, limits.max_ms), limits)


def why_no_suber(language: str) -> str:
    """Why SubER cannot be told of this language; empty where it can."""
    if language in _UNSCORED:
        return f"SubER takes {_UNSCORED[language]} apart with MeCab, which has no package for every machine"
    if language in SPACELESS - {"zh"}:
        return "SubER counts words, and this language is written without blanks between them"
    return ""


def suber(reference: Sequence[Cue], hypothesis: Sequence[Cue], language: str) -> float | None:
    """Subtitle edit rate: edits of words, line and cue breaks for each of the reference's (Wilken et al., IWSLT 2022), as a share.

    By its authors' package, on what is said: labels and sounds are left out on both sides. None where it takes more than
    `PATIENCE_S`: the method looks for words that moved, in every stretch without a pause in both, and its time grows with those.
    """
    import signal

    from suber.metrics.suber import calculate_SubER

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE_S)
    try:
        found = calculate_SubER(
            hypothesis=_subtitles(hypothesis),
            reference=_subtitles(reference),
            language="zh" if language == "zh" else None,
        )
    except TimeoutError:
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return float(found) / 100


def _subtitles(cues: Sequence[Cue]) -> list[Any]:
    from suber.data_types import LineBreak, Subtitle, TimedWord

    found = []
    for cue in cues:
        words = []
        for line in cue.said:
            words += [
                TimedWord(string=word, subtitle_start_time=cue.start, subtitle_end_time=cue.end)
                for word in line.split()
            ]
            if words:
                words[-1].line_break = LineBreak.END_OF_LINE
        if words:
            words[-1].line_break = LineBreak.END_OF_BLOCK
            found.append(
                Subtitle(word_list=words, index=len(found) + 1, start_time=cue.start, end_time=cue.end)
            )
    return found
