"""The transcript with the text of the edits in the place of the words that they replace.

A word that stayed keeps its time. A new one gets its time from those it replaces, or between its neighbours,
and is of method `edited`: it has no score, because no model recognised it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ipc.edits import Edit, Shown
from ipc.rows import SegmentRow, WordRow
from stage_runners.subtitles.edits.cues import lines_of
from stage_runners.subtitles.edits.find_words import compact
from stage_runners.text.grammar import characters, spaceless
from stage_runners.text.word_times import Place, places

METHOD = "edited"


class NewWord(NamedTuple):
    """A word of an edit: `space` says whether a blank stands before it."""

    text: str
    space: bool
    speaker: str | None


def rewritten(
    edits: Sequence[tuple[Edit, Sequence[int]]],
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    same: Mapping[str, str] | None = None,
) -> tuple[list[SegmentRow], list[WordRow]]:
    """Segments and words with the text of each edit in the place of the words under it.

    `words` are completed ones. `same` maps labels to that of the first voice of their name: words of such a
    voice keep their label. A segment keeps its times; one that lost all its words goes, and text that was put
    in where nobody spoke is a segment of its own.
    """
    where = places(words, segments)
    taken = {k for _, under in edits for k in under}
    put: dict[int, list[WordRow]] = {}
    added: list[SegmentRow] = []
    touched: set[int] = set()
    number = max((int(segment["id"]) for segment in segments), default=-1)
    for edit, under in edits:
        old = [_timed(words[k], where[k]) for k in under]
        touched |= {int(words[k]["segment"]) for k in under}
        new = _new_words(edit)
        if not new:
            continue
        if not old:
            number += 1
            added.append(_segment(number, edit, segments))
        start, end = edit.after[0].start, edit.after[-1].end
        rows = list(_merged(old, new, number, start, end, same or {}))
        if old and len(edit.after) > len(edit.before):
            for cue, members in _by_cue(edit, rows):
                if members and all(rows[k]["method"] == METHOD for k in members):
                    number += 1
                    added.append(_segment(number, replace(edit, after=(cue,)), segments))
                    for k in members:
                        rows[k] = {**rows[k], "segment": number}
        at = under[0] if under else next((k for k, p in enumerate(where) if p.start >= start), len(words))
        put.setdefault(at, []).extend(rows)
    result: list[WordRow] = []
    for k in range(len(words) + 1):
        result += put.get(k, [])
        if k < len(words) and k not in taken:
            word = words[k]
            if word["method"]:
                result.append(word)
            elif word["segment"] in touched:
                result.append({**word, "method": "none"})
    return _segments(segments, result, added, touched), result


def _by_cue(edit: Edit, rows: Sequence[WordRow]) -> Iterator[tuple[Shown, list[int]]]:
    """Each cue of an edit with the places of its words in `rows`."""
    at = 0
    for cue in edit.after:
        count = len(_new_words(replace(edit, after=(cue,))))
        yield cue, list(range(at, min(at + count, len(rows))))
        at += count


def _timed(word: WordRow, place: Place) -> WordRow:
    return {**word, "start": place.start, "end": place.end, "method": word["method"] or "none"}


def _new_words(edit: Edit) -> list[NewWord]:
    """The words of an edit's text."""
    result: list[NewWord] = []
    for cue in edit.after:
        for line in lines_of(cue):
            for text in line.text.split():
                parts = characters(text) if any(map(spaceless, text)) else [text]
                result += [NewWord(part, k == 0, line.speaker) for k, part in enumerate(parts)]
    for k, word in enumerate(result):
        before = result[k - 1].text[-1:] if k else ""
        if word.space and before and spaceless(before) and spaceless(word.text[0]):
            result[k] = word._replace(space=False)
    return result


def _merged(
    old: Sequence[WordRow],
    new: Sequence[NewWord],
    number: int,
    start: float,
    end: float,
    same: Mapping[str, str],
) -> Iterator[WordRow]:
    """The rows of the words `new`, which stand in the place of `old`.

    Without old ones they are in the segment `number`, from `start` to `end`. All rows of `old` have times.
    """
    old = [piece for row in old for piece in _pieces(row)]
    spans = [_span(row) for row in old]
    a = [compact(row["text"]) or row["text"] for row in old]
    b = [compact(word.text) or word.text for word in new]
    for how, i, j, m, n in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if how == "equal":
            for was, word in zip(old[i:j], new[m:n], strict=True):
                label = was["speaker"]
                first = same.get(label, label) if label is not None else None
                speaker = label if first == word.speaker else word.speaker
                yield {**was, "text": word.text, "space": word.space, "speaker": speaker}
        elif how != "delete":
            low = spans[i][0] if j > i else spans[i - 1][1] if i else start
            high = spans[j - 1][1] if j > i else spans[i][0] if i < len(old) else end
            if old and not j > i and high < low:
                high = low
            segment = old[min(i, len(old) - 1)]["segment"] if old else number
            if how == "insert" and i and old:
                segment = old[i - 1]["segment"]
            yield from _spread(new[m:n], low, max(low, high), segment)


def _span(row: WordRow) -> tuple[float, float]:
    start, end = row["start"], row["end"]
    if start is None or end is None:
        raise ValueError(f"the word {row['text']!r} has no times")
    return start, end


def _pieces(row: WordRow) -> list[WordRow]:
    """The word itself; in a script without blanks its characters, because such texts are compared by them."""
    if not any(map(spaceless, row["text"])):
        return [row]
    low, high = _span(row)
    parts = [NewWord(part, row["space"], row["speaker"]) for part in characters(row["text"])]
    return [
        {
            **row,
            "text": piece["text"],
            "start": piece["start"],
            "end": piece["end"],
            "space": row["space"] and k == 0,
        }
        for k, piece in enumerate(_spread(parts, low, high, row["segment"]))
    ]


def _spread(words: Sequence[NewWord], low: float, high: float, segment: int) -> Iterator[WordRow]:
    """Rows of words that share `low`..`high` by their lengths."""
    total = sum(len(word.text) for word in words) or 1
    done = 0
    for word in words:
        first, done = done, done + len(word.text)
        yield {
            "segment": segment,
            "text": word.text,
            "space": word.space,
            "start": low + (high - low) * first / total,
            "end": low + (high - low) * done / total,
            "probability": None,
            "score": None,
            "method": METHOD,
            "speaker": word.speaker,
            "speaker_confidence": None,
            "overlap": False,
        }


def _segment(number: int, edit: Edit, segments: Sequence[SegmentRow]) -> SegmentRow:
    """A segment for the words of an edit, in the language of the segment before it."""
    near = [s for s in segments if s["start"] <= edit.after[0].start][-1:] or segments[:1]
    return {
        "id": number,
        "start": edit.after[0].start,
        "end": edit.after[-1].end,
        "text": "",
        "language": near[0]["language"] if near else "und",
        "language_probability": None,
        "avg_logprob": None,
        "no_speech_prob": None,
        "compression_ratio": None,
        "temperature": None,
        "confidence": None,
        "speaker": None,
    }


def _segments(
    segments: Sequence[SegmentRow], words: Sequence[WordRow], added: Sequence[SegmentRow], touched: set[int]
) -> list[SegmentRow]:
    """All segments in order of time; those with edits get the text and the speaker of their words."""
    members: dict[int, list[WordRow]] = {}
    for word in words:
        members.setdefault(int(word["segment"]), []).append(word)
    changed = touched | {int(segment["id"]) for segment in added}
    result: list[SegmentRow] = []
    for segment in [*segments, *added]:
        number = int(segment["id"])
        if number not in changed:
            result.append(segment)
        elif rows := members.get(number):
            text = "".join((" " if row["space"] else "") + row["text"] for row in rows).strip()
            speaker = Counter(row["speaker"] for row in rows).most_common(1)[0][0]
            result.append({**segment, "text": text, "speaker": speaker})
    return sorted(result, key=lambda segment: float(segment["start"]))
