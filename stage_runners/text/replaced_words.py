"""Replaces words of a transcript by others: in the table of words, and in the text of their segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """The words in rows `first` to `last` (exclusive) become `texts`, with the marks around them."""

    first: int
    last: int
    texts: tuple[str, ...]


def replaced(
    words: Sequence[Row], segments: Sequence[Row], replacements: Sequence[Replacement]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[int]]:
    """Rows of words and segments with the replacements made, and the new row of every old word.

    Replacements do not overlap, and none crosses the end of a segment. As many new words as old ones keep
    their times; otherwise they share the time from the first to the last one by their letters. A new word is
    as probable as the least probable one that it replaces.
    """
    by_first = {one.first: one for one in replacements}
    new_words: list[dict[str, Any]] = []
    places: list[int] = []
    texts: dict[int, list[tuple[Sequence[Row], Sequence[Row]]]] = {}
    k = 0
    while k < len(words):
        one = by_first.get(k)
        run = words[k : one.last if one else k + 1]
        made = _made(run, one.texts) if one else [dict(run[0])]
        same = len(run) == len(made)
        places.extend(len(new_words) + (n if same else 0) for n in range(len(run)))
        texts.setdefault(run[0]["segment"], []).append((run, made))
        new_words += made
        k += len(run)
    changed = {words[one.first]["segment"] for one in replacements}
    new_segments = [
        {**segment, "text": _rewritten(segment["text"], texts[segment["id"]])}
        if segment["id"] in changed
        else dict(segment)
        for segment in segments
    ]
    return new_words, new_segments, places


def _made(run: Sequence[Row], texts: Sequence[str]) -> list[dict[str, Any]]:
    known = [word["probability"] for word in run if word["probability"] is not None]
    probability = min(known) if known else None
    if len(run) == len(texts):
        spans = [(word["start"], word["end"]) for word in run]
    else:
        spans = _shared(run[0]["start"], run[-1]["end"], texts)
    models = [run[min(n, len(run) - 1)] for n in range(len(texts))]
    return [
        {**model, "text": text, "start": start, "end": end, "probability": probability}
        | ({"space": run[0]["space"]} if n == 0 else {"space": True} if len(run) != len(texts) else {})
        for n, (model, text, (start, end)) in enumerate(zip(models, texts, spans, strict=True))
    ]


def _shared(
    start: float | None, end: float | None, texts: Sequence[str]
) -> list[tuple[float | None, float | None]]:
    if len(texts) == 1 or start is None or end is None:
        return [(start, end)] * len(texts)
    total = sum(map(len, texts))
    spans: list[tuple[float | None, float | None]] = []
    done = 0
    for text in texts:
        first, done = done, done + len(text)
        spans.append((start + (end - start) * first / total, start + (end - start) * done / total))
    return spans


def _text(run: Sequence[Row]) -> str:
    return "".join((" " if word["space"] and n else "") + word["text"] for n, word in enumerate(run))


def _rewritten(text: str, runs: Sequence[tuple[Sequence[Row], Sequence[Row]]]) -> str:
    """The text of a segment, given each run of its words as it was and as it is now.

    Each word is looked for behind the one before it, so that what stands between words stays. A text that is
    not that of its words is written anew from them.
    """
    done, at = "", 0
    for old, new in runs:
        place = text.find(_text(old), at)
        if place < 0:
            return _text([word for _, made in runs for word in made])
        done += text[at:place] + _text(new)
        at = place + len(_text(old))
    return done + text[at:]
