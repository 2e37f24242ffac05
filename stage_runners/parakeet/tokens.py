"""Joins the pieces of words that a transducer writes, with their times and probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.parakeet.thresholds import PARAKEET
from stage_runners.recognition.recognizer import Token
from stage_runners.recognition.windows import Chunk

_SPECIAL = re.compile(r"<[^<>\s]+>")
"""Such as `<unk>` and `<|en|>`: they are part of the vocabulary, and nothing that was said."""


class Piece(NamedTuple):
    """A token: its text with a space where a word begins, and its start and duration in seconds.

    Times count from the window's start. `duration` and `probability` are None if they were not measured.
    """

    text: str
    start: float
    duration: float | None
    probability: float | None


def words(pieces: Sequence[Piece], chunk: Chunk) -> tuple[Token, ...]:
    """The words of a window with times in the film, in order and inside the window.

    A word lasts from the start of its first piece to the end of its last. A piece ends after its duration,
    but not after the next one starts. The probability is the geometric mean of the pieces'.
    """
    spoken = [piece for piece in pieces if piece.text and not _SPECIAL.fullmatch(piece.text.strip())]
    ends = [_end(piece, spoken[index + 1 :]) for index, piece in enumerate(spoken)]
    groups: list[list[int]] = []
    for index, piece in enumerate(spoken):
        if piece.text.startswith(" ") or not groups:
            groups.append([])
        groups[-1].append(index)
    result = []
    for group in groups:
        text = "".join(spoken[index].text for index in group)
        if not text.strip():
            continue
        start = min(chunk.end, chunk.start + spoken[group[0]].start)
        end = min(chunk.end, max(start, chunk.start + ends[group[-1]]))
        result.append(Token(f" {text.strip()}", start, end, _mean([spoken[k].probability for k in group])))
    return tuple(result)


def _end(piece: Piece, after: Sequence[Piece]) -> float:
    """Where a piece ends: after its duration or, where it has none, as late as it may."""
    longest = piece.start + PARAKEET.longest_token
    end = min(longest, piece.start + piece.duration) if piece.duration else longest
    later = next((other.start for other in after if other.start > piece.start), end)
    return min(end, later)


def _mean(probabilities: Sequence[float | None]) -> float | None:
    measured = [one for one in probabilities if one is not None]
    if len(measured) < len(probabilities):
        return None
    return math.exp(sum(math.log(max(one, 1e-9)) for one in measured) / len(measured))
