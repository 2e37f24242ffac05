"""Merges what several sources have about a film, the most trusted first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from stage_runners.tmdb.film_facts import FIELDS, Known, Row, folded
from stage_runners.tmdb.thresholds import CAST

_ROWS = 1000
"""Rows of a kind that are taken from a source; most of them are left out in the end (`CAST.rows`)."""


@dataclass(frozen=True)
class Merged:
    """Facts of the film by `FIELDS`; rows, each with its sources; and what each source gave, as text."""

    facts: dict[str, Any]
    rows: tuple[tuple[Row, str], ...]
    sources: tuple[str, ...]
    left_out: int = 0


def merge(knowns: Sequence[Known]) -> Merged:
    """Merge `knowns`, the most trusted first.

    A field comes from the first source that has it. Rows with a name in common are one, and so are rows of an
    actor with one role in each source: the role then has the first source's name, and the other name is an
    alias.
    """
    facts: dict[str, Any] = {}
    rows: list[tuple[Row, list[str]]] = []
    lines = []
    unread = 0
    for whole in knowns:
        known = _shortened(whole)
        unread += len(whole.rows) - len(known.rows)
        given = [name for name in known.says() if not facts.get(name)]
        facts |= {name: getattr(known, name) for name in given}
        new, same = _added(rows, known)
        lines.append(_words(known.source, given, new, same))
    facts = {name: facts.get(name, 0 if name == "year" else "") for name in FIELDS}
    ordered = [pair for kind in ("character", "place", "other") for pair in rows if pair[0].kind == kind]
    kept = tuple((_trimmed(row), "+".join(sources)) for row, sources in ordered[: CAST.rows])
    return Merged(facts, kept, tuple(lines), len(ordered) - len(kept) + unread)


def _shortened(known: Known) -> Known:
    """The source with the first rows of each kind: the time to compare them grows with their square."""
    left = Counter(dict.fromkeys((row.kind for row in known.rows), _ROWS))
    rows = []
    for row in known.rows:
        left[row.kind] -= 1
        if left[row.kind] >= 0:
            rows.append(row)
    return replace(known, rows=tuple(rows))


def _added(rows: list[tuple[Row, list[str]]], known: Known) -> tuple[int, int]:
    """Add the rows of one source; returns how many are new, and how many are not."""
    before = list(range(len(rows)))
    new = same = 0
    for row in known.rows:
        place = _place(rows, before, row, known.rows)
        if place is None:
            rows.append((row, [known.source]))
            new += 1
            continue
        first, sources = rows[place]
        rows[place] = (_joined(first, row), sources if known.source in sources else [*sources, known.source])
        same += 1
    return new, same


def _place(
    rows: Sequence[tuple[Row, list[str]]], before: Sequence[int], row: Row, fellows: Sequence[Row]
) -> int | None:
    """The place of the same row in `rows`; None if it is new. Actors are compared with the rows `before`
    only.
    """
    names = _names(row)
    for k, (other, _) in enumerate(rows):
        if other.kind == row.kind and names & _names(other):
            return k
    actor = folded(row.actor)
    if not actor or row.kind != "character":
        return None
    theirs = [k for k in before if folded(rows[k][0].actor) == actor]
    own = [fellow for fellow in fellows if folded(fellow.actor) == actor]
    return theirs[0] if len(theirs) == len(own) == 1 else None


def _names(row: Row) -> set[str]:
    return {name for text in (row.name, *row.aliases) if (name := folded(text))}


def _joined(first: Row, second: Row) -> Row:
    known = _names(first)
    more = [name for name in (second.name, *second.aliases) if folded(name) not in known]
    return replace(
        first,
        actor=first.actor or second.actor,
        aliases=(*first.aliases, *{folded(name): name for name in more}.values()),
    )


def _trimmed(row: Row) -> Row:
    return replace(row, aliases=row.aliases[: CAST.aliases])


def _words(source: str, given: Sequence[str], new: int, same: int) -> str:
    gave = [name.replace("_", " ") for name in given]
    gave += [f"{new} {'names' if new != 1 else 'name'}"] if new else []
    gave += [f"{same} also in earlier sources"] if same else []
    return f"{source}: {', '.join(gave) or 'nothing new'}"
