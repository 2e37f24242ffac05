"""Cues: which rules of a profile they break, and SubER, what it takes to make a human's subtitles of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stage_runners.scoring.text import SPACELESS
from stage_runners.scoring.units import Cue

_SLACK = 0.002
"""Seconds that rounding to a file's milliseconds may take."""
PATIENCE_S = 120
"""Seconds that SubER may take."""
_UNSCORED = {"ja": "Japanese", "ko": "Korean"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a cue may be, in one language: characters a line and a second, lines, seconds shown, seconds between two."""

    width: int
    lines: int
    cps: float
    shortest: float
    longest: float
    gap: float

    @staticmethod
    def of(params: Mapping[str, Any], language: str) -> Limits:
        """From the parameters of the stage `subtitles`."""
        return Limits(
            width=int(params["line_widths"].get(language, params["max_line_width"])),
            lines=int(params["max_line_count"]),
            cps=float(params["reading_speeds"].get(language, params["max_cps"])),
            shortest=float(params["min_duration"]),
            longest=float(params["max_duration"]),
            gap=float(params["min_gap"]),
        )


def rules(cues: Sequence[Cue], limits: Limits) -> dict[str, Any]:
    """How many of the cues, in order, keep the rules: `clean` is the share that breaks none, `broken` counts by rule.

    `fair` forgives a cue that is only too fast, and would be if it stayed until the next one or as long as is allowed: people do
    talk faster than one reads.
    """
    broken: dict[str, int] = {}
    clean = fair = 0
    for at, cue in enumerate(cues):
        wrong = _broken(cue, cues[at - 1] if at else None, limits)
        room = cues[at + 1].start - cue.start - limits.gap if at + 1 < len(cues) else limits.longest
        forced = _length(cue) / max(min(room, limits.longest), 1e-3) > limits.cps
        clean += not wrong
        fair += not wrong or (wrong == ["too_fast"] and forced)
        for rule in wrong:
            broken[rule] = broken.get(rule, 0) + 1
    return {"cues": len(cues), "clean": clean / len(cues), "fair": fair / len(cues), "broken": broken}


def _broken(cue: Cue, before: Cue | None, limits: Limits) -> list[str]:
    shown = cue.end - cue.start
    gap = cue.start - before.end if before else limits.gap
    found = {
        "line_too_long": any(len(line) > limits.width for line in cue.lines),
        "too_many_lines": len(cue.lines) > limits.lines,
        "too_fast": _length(cue) / max(shown, 1e-3) > limits.cps,
        "too_short": shown < limits.shortest - _SLACK,
        "too_long": shown > limits.longest + _SLACK,
        "overlap": gap < -_SLACK / 2,
        "gap_too_small": -_SLACK / 2 <= gap < limits.gap - _SLACK,
    }
    return [rule for rule, broken in found.items() if broken]


def _length(cue: Cue) -> int:
    """Characters that are read, a line break as one blank."""
    return len(" ".join(cue.lines).strip())


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
