"""Which proposals for translated cues are kept: translations that can be read in the time and fit."""

from __future__ import annotations

import re
import textwrap

from ipc import cue_rules
from ipc.cue_rules import CueLimits
from ipc.proposals import OF_TRANSLATION
from stage_runners.proofreading.answers import Candidate
from stage_runners.proofreading.thresholds import CHANGES
from stage_runners.text.grammar import spaceless
from stage_runners.translation import quality_checks

_DASH = re.compile(r"^[-–—]\s?(?=\S)", re.MULTILINE)  # noqa: RUF001 - dashes of direct speech
_MARKUP = re.compile(r"[<>{}\\|]|://")


def laid_out(text: str, before: str, limits: CueLimits) -> str:
    """The new text of a cue in lines; empty if it does not fit into them.

    A dialogue keeps its lines. Scripts without spaces keep the lines of the answer.
    """
    lines = cue_rules.lines_of(text)
    dialogue = _DASH.search(before) is not None
    if not dialogue and not any(map(spaceless, text)):
        lines = _wrapped(" ".join(lines), limits)
    fits = len(lines) <= limits.lines and cue_rules.width(lines) <= limits.width
    return "\n".join(lines) if fits else ""


def why_not(
    one: Candidate, text: str, cue: str, source: str, languages: tuple[str, str], seconds: float,
    limits: CueLimits,
) -> str:  # fmt: skip
    """Why the proposal for this cue is not kept; empty if it is. `text` is its text as it would be laid out.

    `languages` are those of the source and of the translation.
    """
    if one.kind not in OF_TRANSLATION:
        return "of an unknown kind"
    if not text:
        return "does not fit into the lines"
    if " ".join(text.split()) == " ".join(cue.split()):
        return "changes nothing"
    if _MARKUP.search(text):
        return "no plain text"
    if len(_DASH.findall(text)) != len(_DASH.findall(cue)):
        return "of other speakers"
    if len(text) > CHANGES.longer * len(cue) + CHANGES.more:
        return "much longer"
    if source and quality_checks.faults(source, text, *languages):
        return "no translation of the line"
    milliseconds = round(1000 * seconds)
    was, would = (cue_rules.cps(cue_rules.lines_of(each), milliseconds) for each in (cue, text))
    if would > max(limits.cps, was) or (one.kind == "speed" and would >= was):
        return "too fast to read"
    return ""


def _wrapped(text: str, limits: CueLimits) -> list[str]:
    """The text in as few lines as it needs, about as long as each other."""
    wide = textwrap.wrap(text, limits.width, break_long_words=False, break_on_hyphens=False)
    for width in range(max(1, len(text) // max(1, len(wide))), limits.width):
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if len(lines) == len(wide) and cue_rules.width(lines) <= limits.width:
            return lines
    return wide
