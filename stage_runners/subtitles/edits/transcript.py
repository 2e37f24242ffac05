"""The transcript with what a person wrote in their place.

A word that stayed keeps its time; one that was written gets its time from those it replaces, or between its neighbours, and is
of method `edited`: no score, for no model heard it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ipc.edits import Edit, Shown
from stage_runners.subtitles.edits.cues import lines_of
from stage_runners.subtitles.edits.find_words import compact
from stage_runners.subtitles.tokens import characters
from stage_runners.text.grammar import spaceless
from stage_runners.text.word_times import places

Row = Mapping[str, Any]
METHOD = "edited"


def rewritten(
    edits: Sequence[tuple[Edit, Sequence[int]]],
    segments: Sequence[Row],
    words: Sequence[Row],
    same: Mapping[str, str] | None = None,
) -> tuple[list[Row], list[Row]]:
    """Segments and words with what was written in the place of the words under each edit.

    `words` are completed ones. `same` maps labels to that of the first voice of their name: such a voice's own words keep their label. A segment keeps its times; one that lost all its words goes, and what was put in where nothing was said is a segment of its own.
    """
    where = places(words, segments)
    taken = {k for _, under in edits for k in under}
    put: dict[int, list[Row]] = {}
    fresh: list[Row] = []
    touched: set[int] = set()
    number = max((int(segment["id"]) for segment in segments), default=-1)
    for edit, under in edits:
        old = [_timed(words[k], where[k]) for k in under]
        touched |= {int(words[k]["segment"]) for k in under}
        new = _written(edit)
        if not new:
            continue
        if not old:
            number += 1
            fresh.append(_segment(number, edit, segments))
        start, end = edit.after[0].start, edit.after[-1].end
        rows = list(_aligned(old, new, number, start, end, same or {}))
        if old and len(edit.after) > len(edit.before):
            for cue, own in _by_cue(edit, rows):
                if own and all(rows[k]["method"] == METHOD for k in own):
                    number += 1
                    fresh.append(_segment(number, replace(edit, after=(cue,)), segments))
                    for k in own:
                        rows[k] = {**rows[k], "segment": number}
        at = under[0] if under else next((k for k, p in enumerate(where) if p.start >= start), len(words))
        put.setdefault(at, []).extend(rows)
    result: list[Row] = []
    for k in range(len(words) + 1):
        result += put.get(k, [])
        if k < len(words) and k not in taken and ("method" in words[k] or words[k]["segment"] in touched):
            result.append(words[k] if "method" in words[k] else {**_BARE, **words[k]})
    return _segments(segments, result, fresh, touched), result


def _by_cue(edit: Edit, rows: Sequence[Row]) -> Iterator[tuple[Shown, list[int]]]:
    """Each cue of an edit with the places of its words in `rows`."""
    at = 0
    for cue in edit.after:
        count = len(_written(replace(edit, after=(cue,))))
        yield cue, list(range(at, min(at + count, len(rows))))
        at += count


_BARE = {"probability": None, "score": None, "method": "none", "speaker_confidence": None}
"""What is not known of a word that was cut out of its segment's text."""


def _timed(word: Row, place: Any) -> Row:
    return {**_BARE, **word, "start": place.start, "end": place.end}


def _written(edit: Edit) -> list[Row]:
    """The words of what was written: text, whether a blank stands before, and who says it."""
    result: list[Row] = []
    for cue in edit.after:
        for line in lines_of(cue):
            for text in line.text.split():
                parts = characters(text) if any(map(spaceless, text)) else [text]
                result += [
                    {"text": part, "space": k == 0, "speaker": line.speaker} for k, part in enumerate(parts)
                ]
    for k, row in enumerate(result):
        before = result[k - 1]["text"][-1:] if k else ""
        if row["space"] and before and spaceless(before) and spaceless(row["text"][0]):
            result[k] = {**row, "space": False}
    return result


def _aligned(
    old: Sequence[Row],
    new: Sequence[Row],
    fresh: int,
    start: float,
    end: float,
    same: Mapping[str, str],
) -> Iterator[Row]:
    """The rows of the words `new`, which stand in the place of `old`; without any, in the segment `fresh` from `start` to `end`."""
    old = [piece for row in old for piece in _pieces(row)]
    a, b = ([compact(row["text"]) or row["text"] for row in rows] for rows in (old, new))
    for how, i, j, m, n in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if how == "equal":
            for was, row in zip(old[i:j], new[m:n], strict=True):
                own = was["speaker"]
                speaker = own if same.get(own, own) == row["speaker"] else row["speaker"]
                yield {**was, "text": row["text"], "space": row["space"], "speaker": speaker}
        elif how != "delete":
            low = old[i]["start"] if j > i else old[i - 1]["end"] if i else start
            high = old[j - 1]["end"] if j > i else old[i]["start"] if i < len(old) else end
            if old and not j > i and high < low:
                high = low
            segment = old[min(i, len(old) - 1)]["segment"] if old else fresh
            if how == "insert" and i and old:
                segment = old[i - 1]["segment"]
            yield from _spread(new[m:n], float(low), max(float(low), float(high)), int(segment))


def _pieces(row: Row) -> list[Row]:
    """The word itself; one of a script without blanks by its characters, for so it is compared."""
    if not any(map(spaceless, row["text"])):
        return [row]
    parts = characters(row["text"])
    shown = _spread([{**row, "text": part} for part in parts], row["start"], row["end"], row["segment"])
    return [
        {
            **row,
            "text": part["text"],
            "start": part["start"],
            "end": part["end"],
            "space": row["space"] and k == 0,
        }
        for k, part in enumerate(shown)
    ]


def _spread(rows: Sequence[Row], low: float, high: float, segment: int) -> Iterator[Row]:
    """Words that share `low`..`high` by their lengths."""
    total = sum(len(row["text"]) for row in rows) or 1
    done = 0
    for row in rows:
        first, done = done, done + len(row["text"])
        yield {
            **_BARE,
            "segment": segment,
            "text": row["text"],
            "space": row["space"],
            "start": low + (high - low) * first / total,
            "end": low + (high - low) * done / total,
            "method": METHOD,
            "speaker": row["speaker"],
            "overlap": False,
        }


def _segment(number: int, edit: Edit, segments: Sequence[Row]) -> Row:
    near = [s for s in segments if s["start"] <= edit.after[0].start][-1:] or segments[:1]
    unknown = dict.fromkeys(
        (
            "language_probability",
            "avg_logprob",
            "no_speech_prob",
            "compression_ratio",
            "temperature",
            "confidence",
        )
    )
    return {
        **unknown,
        "id": number,
        "start": edit.after[0].start,
        "end": edit.after[-1].end,
        "text": "",
        "language": near[0]["language"] if near else "und",
        "speaker": None,
    }


def _segments(
    segments: Sequence[Row], words: Sequence[Row], fresh: Sequence[Row], touched: set[int]
) -> list[Row]:
    own: dict[int, list[Row]] = {}
    for word in words:
        own.setdefault(int(word["segment"]), []).append(word)
    new = {int(segment["id"]) for segment in fresh}
    result = []
    for segment in [*segments, *fresh]:
        number = int(segment["id"])
        if number not in touched | new:
            result.append(segment)
        elif rows := own.get(number):
            text = "".join((" " if row["space"] else "") + row["text"] for row in rows).strip()
            speaker = Counter(row["speaker"] for row in rows).most_common(1)[0][0]
            result.append({**segment, "text": text, "speaker": speaker})
    return sorted(result, key=lambda segment: float(segment["start"]))
