"""The stage `translation_review`: new texts for translated cues, proposed by a model.

Nobody but the user applies them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stage_runners.proofreading.stage import TRANSLATION_REVIEW

if TYPE_CHECKING:
    from ipc.context import Context
    from ipc.cue_rules import CueLimits
    from stage_runners.proofreading.answers import Candidate
    from stage_runners.translation.sentences import Sentence

STAGE = TRANSLATION_REVIEW
_APART_S = 0.2
"""Seconds that a word may lie outside the cue that shows it."""


class _Cue(NamedTuple):
    """A cue with what is said in its time, and in which language."""

    start: float
    end: float
    text: str
    speaker: str
    source: str
    language: str


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `proposals`: for cues of the translation, in order of time."""
    from ipc import cue_rules
    from ipc.artifacts import read
    from stage_runners.proofreading import questions, report
    from stage_runners.proofreading.answers import candidates
    from stage_runners.proofreading.thresholds import PIECES
    from stage_runners.translation import asking, glossary_file, scenes, terms
    from stage_runners.translation.translator import Line

    params = context.params
    tag = str(params["tag"] or params["target"])
    cues = _cues(inputs)
    limits = cue_rules.limits_of({**params, "gap_frames": 0}, str(params["target"]))
    own = glossary_file.read(Path(params["glossary"]), tag) if params["glossary"] else ()
    known = terms.merged(own, terms.read_terms(inputs["terms"])[1] if "terms" in inputs else ())
    title = str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else ""
    lines = [Line(c.text, c.language, k, c.speaker, start=c.start, end=c.end) for k, c in enumerate(cues)]
    pieces = list(questions.pieces([c.text + c.source for c in cues], scenes.numbers(lines, [])))
    dropped: Counter[str] = Counter()
    kept: list[report.Proposal] = []
    failed = 0
    context.fact("target", str(params["target"]))
    with asking.server(context) as server:
        context.method = server.method
        for done, piece in enumerate(pieces):
            context.check()
            part = [cues[k] for k in piece]
            asked = [
                {
                    "n": n, "speaker": one.speaker, "source": one.source, "text": one.text,
                    "seconds": round(one.end - one.start, 2),
                }
                for n, one in enumerate(part, 1)
            ]  # fmt: skip
            needed = terms.relevant(known, [one.source for one in part], [one.speaker for one in part])
            languages = ([one.language for one in part], tag)
            messages = questions.of_translation(asked, languages, title, needed[: PIECES.terms], limits)
            found = candidates(server.json(messages), whole=True)
            if found is None:
                failed += 1
            else:
                dropped["malformed"] += found[1]
                kept += _kept(found[0], part, str(params["target"]), limits, dropped)
            context.progress(done + 1, len(pieces), "parts")
    report.save(context, kept, dropped, failed=failed, pieces=len(pieces), lines=len(cues))


def _kept(
    found: Sequence[Candidate], cues: Sequence[_Cue], target: str, limits: CueLimits, dropped: Counter[str]
) -> list[Any]:
    """The proposals that can replace these cues; counts the others by reason."""
    from stage_runners.proofreading import cue_changes, report

    kept: list[report.Proposal] = []
    taken: set[int] = set()
    for one in found:
        if not 1 <= one.number <= len(cues):
            dropped["of no line"] += 1
            continue
        cue = cues[one.number - 1]
        text = cue_changes.laid_out(one.after, cue.text, limits)
        languages = (cue.language, target)
        seconds = cue.end - cue.start
        why = cue_changes.why_not(one, text, cue.text, cue.source, languages, seconds, limits)
        if not why and one.number in taken:
            why = "for words of another proposal"
        if why:
            dropped[why] += 1
            continue
        taken.add(one.number)
        kept.append(report.Proposal(cue.start, cue.end, cue.text, text, one.kind, one.reason, cue.source))
    return kept


def _cues(inputs: Mapping[str, Path]) -> list[_Cue]:
    """The cues with text, each with the words that are spoken in its time."""
    from ipc.artifacts import read
    from ipc.rows import read_rows
    from stage_runners.translation.sentences import sentences, text_of

    spoken: list[Sentence] = sentences(
        read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words")
    )
    words = sorted(
        ((word.start + word.end) / 2, k, n)
        for k, one in enumerate(spoken)
        for n, word in enumerate(one.words)
    )
    middles = [middle for middle, _, _ in words]
    named = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    who = {row["speaker"]: row["name"] for row in named if row["name"]}
    found = []
    for row in read(inputs["cues"], "cues").rows():
        if not any(map(str.isalnum, row["text"])) or "sound" in row["flags"]:
            continue
        first = bisect_left(middles, row["start"] - _APART_S)
        last = bisect_right(middles, row["end"] + _APART_S)
        own = [spoken[k].words[n] for _, k, n in words[first:last]]
        language = spoken[words[first][1]].language if first < last else ""
        speakers = [who.get(one, one) for one in row["speakers"]]
        found.append(_Cue(row["start"], row["end"], row["text"], ", ".join(speakers), text_of(own), language))
    return found
