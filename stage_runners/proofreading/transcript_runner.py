"""The stage `proofreading`: corrections of the transcript, proposed by a model.

Nobody but the user applies them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stage_runners.proofreading.stage import PROOFREADING

if TYPE_CHECKING:
    from ipc.context import Context
    from stage_runners.proofreading.answers import Candidate
    from stage_runners.translation.sentences import Sentence

STAGE = PROOFREADING


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `proposals`: for words of the transcript, in order of time."""
    from ipc.artifacts import read
    from ipc.rows import read_rows
    from stage_runners.names.rows import read_glossary
    from stage_runners.proofreading import questions, report
    from stage_runners.proofreading.answers import candidates
    from stage_runners.proofreading.thresholds import PIECES
    from stage_runners.translation import asking, scenes
    from stage_runners.translation.sentences import sentences
    from stage_runners.translation.translator import Line

    spoken = sentences(read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words"))
    spoken = [one for one in spoken if any(map(str.isalnum, one.text))]
    named = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    who = {row["speaker"]: row["name"] for row in named if row["name"]}
    speakers = [who.get(one.speaker or "", one.speaker or "") for one in spoken]
    glossary = read_glossary(inputs["glossary"]) if "glossary" in inputs else []
    expected = [row["term"] for row in sorted(glossary, key=lambda row: -row["weight"])]
    names = list(dict.fromkeys([*who.values(), *expected]))[: PIECES.names]
    title = str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else ""
    shots = [row["time"] for row in read(inputs["shots"], "shots").rows()] if "shots" in inputs else []
    lines = [
        Line(one.text, one.language, k, speaker, start=one.start, end=one.end)
        for k, (one, speaker) in enumerate(zip(spoken, speakers, strict=True))
    ]
    pieces = list(questions.pieces([one.text for one in spoken], scenes.numbers(lines, shots)))
    dropped: Counter[str] = Counter()
    kept: list[report.Proposal] = []
    failed = 0
    with asking.server(context) as server:
        context.method = server.method
        for done, piece in enumerate(pieces):
            context.check()
            asked = [
                {"n": n, "speaker": lines[k].speaker, "text": lines[k].text} for n, k in enumerate(piece, 1)
            ]
            languages = [lines[k].language for k in piece]
            found = candidates(
                server.json(questions.of_transcript(asked, languages, title, names)), whole=False
            )
            if found is None:
                failed += 1
            else:
                dropped["malformed"] += found[1]
                kept += _kept(found[0], [spoken[k] for k in piece], dropped)
            context.progress(done + 1, len(pieces), "parts")
    report.save(context, kept, dropped, failed=failed, pieces=len(pieces), lines=len(spoken))


def _kept(found: Sequence[Candidate], lines: Sequence[Sentence], dropped: Counter[str]) -> list[Any]:
    """The proposals that are corrections of these lines; counts the others by reason."""
    from stage_runners.proofreading import corrections, report
    from stage_runners.proofreading.thresholds import CORRECTIONS

    kept: list[report.Proposal] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for one in found:
        if not 1 <= one.number <= len(lines):
            dropped["of no line"] += 1
            continue
        line = lines[one.number - 1]
        places = corrections.places(one.before, line.text)
        if why := corrections.why_not(one, line.text, len(places)):
            dropped[why] += 1
            continue
        (where,) = places
        own = taken.setdefault(one.number, [])
        if any(start < where[1] and where[0] < end for start, end in own):
            dropped["for words of another proposal"] += 1
            continue
        if len(own) >= CORRECTIONS.in_line:
            dropped["more than a line may have"] += 1
            continue
        own.append(where)
        kept.append(_timed(one, line, where))
    return kept


def _timed(one: Candidate, line: Sentence, where: tuple[int, int]) -> Any:
    """The proposal, at the time of the words that it replaces."""
    from stage_runners.proofreading import report

    at = 0
    spans = []
    for k, word in enumerate(line.words):
        at += bool(word.space and k)
        spans.append((at, at + len(word.text)))
        at += len(word.text)
    inside = [
        word for word, (a, b) in zip(line.words, spans, strict=True) if a < where[1] and where[0] < b
    ] or list(line.words)
    start, end = min(word.start for word in inside), max(word.end for word in inside)
    return report.Proposal(start, end, one.before, one.after, one.kind, one.reason, line.text)
