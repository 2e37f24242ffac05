"""The proposals of a model's answer, as far as they have the right form; nothing in it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stage_runners.translation import json_answers
from stage_runners.translation.terms import cleaned

LONGEST = 400
"""Characters of a text in a proposal."""
LONGEST_REASON = 160
MOST = 400
"""Proposals of an answer that are looked at."""


class Candidate(NamedTuple):
    """A proposal for the line `number` of a question, from 1; without `before` it is for the whole line."""

    number: int
    before: str
    after: str
    kind: str
    reason: str


def candidates(answer: object, *, whole: bool) -> tuple[list[Candidate], int] | None:
    """The proposals of an answer, and how many were malformed; None if it is no answer at all.

    `whole` proposals have no `before`, and line breaks in `after`.
    """
    rows = answer.get("proposals") if isinstance(answer, Mapping) else answer
    if not isinstance(rows, list):
        return None
    found = [_candidate(row, whole=whole) for row in rows[:MOST]]
    good = [one for one in found if one is not None]
    return good, len(found) - len(good) + max(0, len(rows) - MOST)


def _candidate(row: object, *, whole: bool) -> Candidate | None:
    if not isinstance(row, Mapping):
        return None
    number = json_answers.number(row.get("n"))
    before = "" if whole else cleaned(row.get("before"), LONGEST)
    after = _lines(row.get("after")) if whole else cleaned(row.get("after"), LONGEST)
    kind = row.get("kind")
    reason = row.get("reason")
    if number is None or not after or not (whole or before) or not isinstance(kind, str):
        return None
    if "\n" in str(row.get("after")) and not whole:
        return None
    said = cleaned(reason[: 4 * LONGEST_REASON], 4 * LONGEST_REASON) if isinstance(reason, str) else ""
    return Candidate(number, before, after, kind.strip().lower()[:20], said[:LONGEST_REASON])


def _lines(value: object) -> str:
    """A text of several lines; empty if it is none or is too long."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    return "\n".join(filter(None, (cleaned(line, LONGEST) for line in value.split("\n"))))
