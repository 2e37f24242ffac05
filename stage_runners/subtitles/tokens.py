"""Prepares words for layout: times on the millisecond grid, and no token longer than a line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NotRequired, cast

from ipc.cue_rules import GRID_MS
from ipc.rows import SegmentRow, WordRow
from stage_runners.text.grammar import NEVER_FIRST, NEVER_LAST, characters, spaceless
from stage_runners.text.word_times import by_segment, places

_PIECE = re.compile(r".*?[-/._@]+|.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a piece of one; `start` and `end` are in milliseconds on the grid, never before the word's.

    `space`: a space precedes it. `guessed`: its time is interpolated. `inside`: it continues a word that was
    longer than a line. `cost`: the cost of a line break before it by its sentence's parse, or None. `cue`:
    the number of the cue that a text keeps it in, or None.
    """

    text: str
    space: bool
    start: int
    end: int
    speaker: str | None = None
    segment: int = 0
    overlap: bool = False
    guessed: bool = False
    inside: bool = False
    cost: float | None = None
    cue: int | None = None


class CostedWord(WordRow):
    """A word with the cost of a line break before it by its sentence's parse, or None."""

    cost: NotRequired[float | None]


class PlacedWord(CostedWord):
    """A word with the number of the cue that a text keeps it in, or None."""

    cue: NotRequired[int | None]


def up(seconds: float) -> int:
    """Milliseconds on the grid, not before `seconds`."""
    return math.ceil(round(seconds * 1000 / GRID_MS, 4)) * GRID_MS


def tokens(segments: Sequence[SegmentRow], words: Sequence[WordRow], width: int) -> list[Token]:
    """Tokens of at most `width` characters from rows of segments and words, in reading order.

    Parsed words are `CostedWord`s. A segment without words is split at spaces, or into characters if it has
    none.
    """
    words = completed(segments, words)
    result = []
    clock = 0
    for word, place in zip(words, places(words, segments), strict=True):
        text = " ".join(word["text"].split())
        if not text:
            continue
        clock = max(clock, up(place.start))
        token = Token(
            text=text,
            space=bool(word["space"]),
            start=clock,
            end=max(clock, up(place.end)),
            speaker=word["speaker"],
            segment=word["segment"],
            overlap=bool(word["overlap"]),
            guessed=place.guessed,
            cost=cast("CostedWord", word).get("cost"),
            cue=cast("PlacedWord", word).get("cue"),
        )
        result.extend(_pieces(token, width))
    return _glued(result, width)


def _glued(tokens: Sequence[Token], width: int) -> list[Token]:
    """The tokens; of a script without spaces, a mark that no line may begin or end with joins its neighbour.

    A mark is a token of its own where a segment has no words, or a word was longer than a line.
    """
    result: list[Token] = []
    for token in tokens:
        last = result[-1] if result else None
        if last is not None and not token.space and _cling(last, token, width):
            end, cost = max(last.end, token.end), last.cost
            result[-1] = replace(last, text=last.text + token.text, end=end, cost=cost)
        else:
            result.append(token)
    return result


def _cling(a: Token, b: Token, width: int) -> bool:
    """Whether no break may come between two tokens of a speaker, and both fit into a line."""
    if a.speaker != b.speaker or a.cue != b.cue or len(a.text) + len(b.text) > width:
        return False
    if not (spaceless(a.text[-1]) or spaceless(b.text[0])):
        return False
    return (b.text[0] in NEVER_FIRST and not b.text[0].isalpha()) or a.text[-1] in NEVER_LAST


def completed(segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> list[WordRow]:
    """The words, and new words for the text of each segment that has none; those have an empty `method`."""
    members = by_segment(words, segments)
    result: list[WordRow] = []
    for segment in segments:
        recognised = [words[k] for k in members[segment["id"]]]
        result.extend(recognised or _words_of(segment))
    return result


def _words_of(segment: SegmentRow) -> Iterator[WordRow]:
    for blank, text in re.findall(r"(\s*)(\S+)", segment["text"]):
        for k, part in enumerate(characters(text) if any(map(spaceless, text)) else [text]):
            yield {
                "segment": segment["id"],
                "text": part,
                "space": bool(blank) and k == 0,
                "start": None,
                "end": None,
                "probability": None,
                "score": None,
                "method": "",
                "speaker": segment["speaker"],
                "speaker_confidence": None,
                "overlap": False,
            }


def _pieces(token: Token, width: int) -> list[Token]:
    """The token, split if it is longer than `width`; its time is divided by length."""
    if len(token.text) <= width:
        return [token]
    if any(map(spaceless, token.text)):
        parts = [piece for part in characters(token.text) for piece in _slices(part, width)]
    else:
        parts = _packed(
            [piece for part in _PIECE.findall(token.text) for piece in _slices(part, width)], width
        )
    result: list[Token] = []
    done = 0
    for part in parts:
        start = _between(token, done)
        done += len(part)
        result.append(
            replace(
                token,
                text=part,
                space=token.space and not result,
                start=start,
                end=_between(token, done),
                inside=bool(result),
            )
        )
    return result


def _between(token: Token, characters: int) -> int:
    return token.start + (token.end - token.start) * characters // len(token.text) // GRID_MS * GRID_MS


def _slices(text: str, width: int) -> list[str]:
    return [text[k : k + width] for k in range(0, len(text), width)]


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """Adjacent parts, joined as long as they fit."""
    result = [""]
    for part in parts:
        if len(result[-1]) + len(part) <= width:
            result[-1] += part
        else:
            result.append(part)
    return [part for part in result if part]
