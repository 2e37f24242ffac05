"""The tables of the stage: segments and words of the text, doubts, and the lines of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipc.rows import DoubtRow, WordRow
from stage_runners.known_text.lines import Line
from stage_runners.known_text.placing import RECOGNISED, Extra, Placed, Spot
from stage_runners.known_text.thresholds import PLACING
from stage_runners.known_text.words import Word

EXTRA, UNSPOKEN = "extra", "unspoken"
"""Verdicts: speech that is not in the text, text that is not spoken."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word for the tables; `group` is its line, or that of extra speech, from which a segment is made."""

    text: str
    space: bool
    start: float
    end: float
    method: str
    probability: float | None
    group: tuple[str, int, str]
    language: str


@dataclass(frozen=True)
class Source:
    """What the tables are made from.

    `goes_on` is whether a line goes on in the next. `spoken` are the recognised words, as rows, `languages`
    the languages of their segments.
    """

    words: Sequence[Word]
    lines: Sequence[Line]
    goes_on: Sequence[bool]
    spoken: Sequence[WordRow]
    spans: Sequence[tuple[float, float]]
    languages: Sequence[str]
    language: str


def pieces(source: Source, placed: Placed, kept: Sequence[Extra]) -> list[Piece]:
    """The words in the order of the film: those of the text, and extra speech that is kept."""
    result = [_piece(source, spot, source.languages) for spot in placed.spots]
    for number, extra in enumerate(kept):
        for k in range(extra.first, extra.last + 1):
            row = source.spoken[k]
            group = (EXTRA, number, "")
            result.append(
                Piece(row["text"], row["space"], *source.spans[k], row["method"], row["probability"], group,
                      source.languages[k])
            )  # fmt: skip
    return sorted(result, key=lambda piece: piece.start)


def _piece(source: Source, spot: Spot, languages: Sequence[str]) -> Piece:
    word = source.words[spot.word]
    line = word.line
    while line and source.goes_on[line - 1]:
        line -= 1  # parts of one sentence are one group
    del languages
    return Piece(
        word.text, word.space, spot.start, spot.end, spot.method, None,
        ("text", line, source.lines[line].speaker or ""), source.language,
    )  # fmt: skip


def tables(
    found: Sequence[Piece], probability: float | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of segments and words. A segment is a line, divided at pauses and if it is long."""
    segments: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    clock = 0.0
    for at, piece in enumerate(found):
        last = found[at - 1] if at else None
        start = clock = max(clock, piece.start)
        end = max(start, piece.end)
        if at + 1 < len(found):  # no word goes on while the next is spoken
            end = max(start, min(end, found[at + 1].start))
        if last is None or _divides(last, piece, start - segments[-1]["start"]):
            segments.append(_segment(len(segments), piece, start, probability))
        own = segments[-1]
        own["text"] += (" " if piece.space and own["text"] else "") + piece.text
        own["end"] = max(own["end"], end)
        words.append(
            {
                "segment": own["id"], "text": piece.text, "space": piece.space, "start": start, "end": end,
                "probability": piece.probability, "method": piece.method, "overlap": False,
            }
        )  # fmt: skip
    return segments, words


def _divides(last: Piece, piece: Piece, long: float) -> bool:
    pause = piece.start - last.end
    measured = last.method == piece.method == RECOGNISED
    return (
        last.group != piece.group
        or (measured and pause >= PLACING.extra_gap)
        or (long >= PLACING.longest and (pause > 0 or last.text[-1:] in ",;:–—"))  # noqa: RUF001
    )


def _segment(number: int, piece: Piece, start: float, probability: float | None) -> dict[str, Any]:
    return {
        "id": number, "start": start, "end": start, "text": "", "language": piece.language,
        "language_probability": probability, "avg_logprob": None, "no_speech_prob": None,
        "compression_ratio": None, "temperature": None, "confidence": None,
    }  # fmt: skip


def doubts(
    source: Source,
    placed: Placed,
    kept: Sequence[Extra],
    before: Sequence[DoubtRow],
    segments: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Rows: text that is not spoken, speech that is not in the text, and speech that has no text at all."""
    rows = [*_unspoken(source, placed, segments), *_extra(source, placed, kept, segments)]
    covered = [(row["start"], row["end"]) for row in segments]
    rows += [
        dict(row)
        for row in before
        if row["verdict"] == "empty" and not any(a < row["end"] and row["start"] < b for a, b in covered)
    ]
    return sorted(rows, key=lambda row: row["start"])


def _unspoken(source: Source, placed: Placed, segments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for run in runs(placed):
        kept = run[0].kept
        at = run[0].at
        segment = _at(segments, at) if kept else None
        why = (
            "other words were recognised in its place; it is kept, because the rest of its line is spoken"
            if run[0].heard
            else "there is no time for it in the speech; it is kept, because the rest of its line is spoken"
            if kept
            else "the film has no such speech at its place"
        )
        text = " ".join(source.words[one.word].text for one in run)
        rows.append(_row(at, at, segment, UNSPOKEN, text, why))
    return rows


def runs(placed: Placed) -> list[list[Any]]:
    """Words that are not spoken and follow each other in the text."""
    result: list[list[Any]] = []
    for one in placed.missing:
        last = result[-1][-1] if result else None
        if last and one.word == last.word + 1 and (one.kept, one.heard) == (last.kept, last.heard):
            result[-1].append(one)
        else:
            result.append([one])
    return result


def _extra(
    source: Source, placed: Placed, kept: Sequence[Extra], segments: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    rows = []
    for extra in placed.extra:
        start, end = source.spans[extra.first][0], source.spans[extra.last][1]
        shown = extra in kept
        why = "kept as it was recognised" if shown else "not in the subtitles"
        if not shown and not extra.between:
            why = "inside a line of the text, so not in the subtitles"
        text = "".join(
            (" " if row["space"] else "") + row["text"] for row in source.spoken[extra.first : extra.last + 1]
        )
        segment = _at(segments, (start + end) / 2) if shown else None
        rows.append(_row(start, max(start, end), segment, EXTRA, text.strip(), why))
    return rows


def _row(start: float, end: float, segment: int | None, verdict: str, text: str, why: str) -> dict[str, Any]:
    return {
        "start": start, "end": end, "segment": segment, "verdict": verdict, "text": text,
        "reasons": [why], "score": 1.0,
    }  # fmt: skip


def _at(segments: Sequence[Mapping[str, Any]], time: float) -> int | None:
    """The segment at a time: the last one that starts before it."""
    before = [row["id"] for row in segments if row["start"] <= time + 1e-6]
    return before[-1] if before else None


def line_rows(source: Source, placed: Placed) -> list[dict[str, Any]]:
    """A row for each line of the file, parts of one put together, with the time of its words."""
    spots: dict[int, list[Spot]] = {}
    for spot in placed.spots:
        spots.setdefault(source.words[spot.word].line, []).append(spot)
    missing = {one.word for one in placed.missing}
    count: dict[int, list[int]] = {}
    for k, word in enumerate(source.words):
        count.setdefault(word.line, []).append(k)
    rows = []
    for line, own in count.items():
        there = spots.get(line, [])
        lost = sum(k in missing for k in own)
        rows.append(
            {
                "start": min((spot.start for spot in there), default=None),
                "end": max((spot.end for spot in there), default=None),
                "line": source.lines[line].number,
                "text": source.lines[line].text,
                "speaker": source.lines[line].speaker,
                "verdict": UNSPOKEN if not there else "partly" if lost else "spoken",
            }
        )
    return rows


def columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    """Rows as columns."""
    return {name: [row[name] for row in rows] for name in names}


SEGMENT_COLUMNS = (
    "id", "start", "end", "text", "language", "language_probability", "avg_logprob", "no_speech_prob",
    "compression_ratio", "temperature", "confidence",
)  # fmt: skip
WORD_COLUMNS = ("segment", "text", "space", "start", "end", "probability", "method", "overlap")
DOUBT_COLUMNS = ("start", "end", "segment", "verdict", "text", "reasons", "score")
LINE_COLUMNS = ("start", "end", "line", "text", "speaker", "verdict")
